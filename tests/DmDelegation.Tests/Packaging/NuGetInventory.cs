using System.Text.Json;
using System.Xml.Linq;

namespace DmDelegation.Tests.Packaging;

/// <summary>Which NuGet packages a publish folder was made of, out of what the restore left beside it.</summary>
public static class NuGetInventory
{
    private const string Sqlite = "SQLite";
    private const string NativeRuntime = "Microsoft.NETCore.App.Runtime.NativeAOT.";
    private const string NativeCompiler = "Microsoft.DotNet.ILCompiler";

    private static readonly string[] Assets = ["runtime", "native", "runtimeTargets"];

    /// <summary>The components.</summary>
    /// <param name="assets">A <c>project.assets.json</c>.</param>
    /// <param name="packageFolder">Folder with the packages; null: the one that stands in <paramref name="assets"/>.</param>
    public static IReadOnlyList<SpdxComponent> Read(JsonElement assets, string? packageFolder = null)
    {
        packageFolder ??= assets.GetProperty("packageFolders").EnumerateObject().First().Name;
        // The last one is the one with a runtime identifier, where there is one.
        var target = assets.GetProperty("targets").EnumerateObject().Last().Value;
        var libraries = assets.GetProperty("libraries");
        List<SpdxComponent> components =
        [
            .. from entry in target.EnumerateObject()
               where entry.Value.GetProperty("type").GetString() == "package"
               let id = entry.Name.Split('/')[0]
               let version = entry.Name.Split('/')[1]
               let hash = libraries.GetProperty(entry.Name).GetProperty("sha512").GetString()
               select Component(packageFolder, id, version, RelationOf(id, entry.Value), hash, NeedsOf(entry.Value, target)),
        ];
        foreach (var (id, version) in Downloads(assets))
        {
            if (id.StartsWith(NativeRuntime, StringComparison.Ordinal))
                components.Add(Component(packageFolder, id, version, SpdxRelation.Contained, null, []));
        }

        // Before .NET 10 the compiler's package brought the runtime that is compiled in.
        if (!components.Any(component => component.Name.StartsWith(NativeRuntime, StringComparison.Ordinal)))
            components = [.. components.Select(one => one.Name.StartsWith("runtime.", StringComparison.Ordinal) && one.Name.EndsWith(NativeCompiler, StringComparison.Ordinal) ? one with { Relation = SpdxRelation.Contained, Cpe = DotNet(one.Version) } : one)];
        return [.. components.OrderBy(component => component.Name, StringComparer.Ordinal)];
    }

    /// <summary>The runtime that the portable build needs, out of its <c>dmagent.runtimeconfig.json</c>.</summary>
    public static SpdxComponent Runtime(JsonElement runtimeConfiguration)
    {
        var framework = runtimeConfiguration.GetProperty("runtimeOptions").GetProperty("framework");
        var (name, version) = (framework.GetProperty("name").GetString()!, framework.GetProperty("version").GetString()!);
        return new(
            name, version, SpdxRelation.Prerequisite, "MIT", "NOASSERTION", null, "The least version; brought by the device, not by the package.",
            $"pkg:generic/{name}@{version}", DotNet(version), []);
    }

    private static SpdxRelation RelationOf(string id, JsonElement entry) =>
        Assets.Any(kind => entry.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)))
        // One that only names others is as much inside as those are.
        || !entry.TryGetProperty("build", out _) && !id.EndsWith(NativeCompiler, StringComparison.Ordinal)
            ? SpdxRelation.Contained
            : SpdxRelation.BuildTool;

    private static IReadOnlyList<string> NeedsOf(JsonElement entry, JsonElement target) =>
        entry.TryGetProperty("dependencies", out var needed)
            ? [.. needed.EnumerateObject().Select(one => one.Name).Where(name => target.EnumerateObject().Any(other => other.Name.StartsWith(name + "/", StringComparison.Ordinal))).Order(StringComparer.Ordinal)]
            : [];

    private static IEnumerable<(string Id, string Version)> Downloads(JsonElement assets) =>
        from framework in assets.GetProperty("project").GetProperty("frameworks").EnumerateObject()
        where framework.Value.TryGetProperty("downloadDependencies", out _)
        from download in framework.Value.GetProperty("downloadDependencies").EnumerateArray()
        select (download.GetProperty("name").GetString()!, download.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0]);

    private static SpdxComponent Component(string packageFolder, string id, string version, SpdxRelation relation, string? contentHash, IReadOnlyList<string> needs)
    {
        var folder = Path.Combine(packageFolder, id.ToLowerInvariant(), version.ToLowerInvariant());
        var file = Path.Combine(folder, $"{id}.{version}.nupkg.sha512".ToLowerInvariant());
        var metadata = XDocument.Load(Path.Combine(folder, $"{id}.nuspec".ToLowerInvariant())).Root!.Elements().First(element => element.Name.LocalName == "metadata");
        string? Of(string name) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim();
        var license = metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value.Trim();
        return new(
            id, version, relation,
            // Its package names a file that says "SQLite is Public Domain"; SPDX's name for the terms of SQLite is "blessing".
            license ?? (id == Sqlite ? "blessing" : "NOASSERTION"),
            Of("copyright") ?? "NOASSERTION",
            Convert.ToHexStringLower(Convert.FromBase64String(File.ReadAllText(file).Trim())),
            contentHash is null ? null : $"Content hash in the lock file, SHA-512: {contentHash}",
            $"pkg:nuget/{id}@{version}",
            id == Sqlite ? $"cpe:2.3:a:sqlite:sqlite:{version}:*:*:*:*:*:*:*" : id.StartsWith(NativeRuntime, StringComparison.Ordinal) ? DotNet(version) : null,
            needs);
    }

    private static string DotNet(string version) => $"cpe:2.3:a:microsoft:.net:{version}:*:*:*:*:*:*:*";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using DmDelegation.Tests.Packaging;

namespace DmDelegation.Robustness;

/// <summary>The SPDX document of a Debian package, out of the package's files and what its build left.</summary>
internal static class Sbom
{
    /// <summary>Writes the document that the options describe.</summary>
    /// <param name="arguments">Options and their values.</param>
    /// <param name="errors">Where it is said what is wrong with the document.</param>
    /// <returns>Exit code; null if the options are not the ones needed.</returns>
    public static int? Run(string[] arguments, TextWriter errors)
    {
        if (arguments.Length % 2 != 0)
            return null;
        var options = arguments.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        string[] needed = ["--package", "--assets", "--architecture", "--version", "--created", "--deb", "--out"];
        if (options.Count != needed.Length || !needed.All(options.ContainsKey) || !long.TryParse(options["--created"], NumberStyles.None, CultureInfo.InvariantCulture, out var created))
            return null;

        var deb = options["--deb"];
        var subject = new SpdxSubject(
            "dmagent", options["--version"], options["--architecture"], Path.GetFileName(deb), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(deb))),
            DateTimeOffset.FromUnixTimeSeconds(created));
        var octets = SpdxDocument.Write(subject, SpdxFile.Below(options["--package"]), Components(options["--package"], options["--assets"]));
        using var document = JsonDocument.Parse(octets);
        var problems = SpdxCheck.Problems(document.RootElement);
        foreach (var problem in problems)
            errors.WriteLine($"{Path.GetFileName(options["--out"])}: {problem}");
        if (problems.Count > 0)
            return 1;
        File.WriteAllBytes(options["--out"], octets);
        return 0;
    }

    private static IReadOnlyList<SpdxComponent> Components(string package, string assets)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(assets));
        var components = NuGetInventory.Read(document.RootElement);
        var configuration = Path.Combine(package, "usr/lib/dmagent/dmagent.runtimeconfig.json");
        if (!File.Exists(configuration))
            return components;
        using var runtime = JsonDocument.Parse(File.ReadAllBytes(configuration));
        return [.. components, NuGetInventory.Runtime(runtime.RootElement)];
    }
}

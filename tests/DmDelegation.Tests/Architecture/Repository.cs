namespace DmDelegation.Tests.Architecture;

/// <summary>The source tree the tests were built from, and the assemblies they were built with.</summary>
internal static class Repository
{
    /// <summary>The projects of the product, by folder name below src/.</summary>
    public static readonly IReadOnlyDictionary<string, string> Assemblies = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["DmDelegation.Tree"] = "DmDelegation.Tree",
        ["DmDelegation.Protocol"] = "DmDelegation.Protocol",
        ["DmDelegation.Engine"] = "DmDelegation.Engine",
        ["DmDelegation.Platform"] = "DmDelegation.Platform",
        ["DmDelegation.Agent"] = "dmagent",
        ["DmDelegation.ServerStub"] = "dmstub",
    };

    /// <summary>The projects that touch nothing of the world.</summary>
    public static readonly IReadOnlyList<string> Pure = ["DmDelegation.Tree", "DmDelegation.Protocol", "DmDelegation.Engine"];

    /// <summary>The folder with the solution.</summary>
    public static readonly string Root = FindRoot();

    private static readonly string[] IgnoredNames =
        [".git", .. File.ReadLines(Path.Combine(Root, ".gitignore")).Where(line => line.EndsWith('/')).Select(line => line.TrimEnd('/'))];

    /// <summary>Every file that git does not ignore, relative to the root, with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>The C# files below a folder.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    public static string FullPath(string file) => Path.Combine(Root, file);

    /// <summary>The compiled assembly of a project, as the tests use it.</summary>
    public static string AssemblyFile(string project) => Path.Combine(AppContext.BaseDirectory, Assemblies[project] + ".dll");

    /// <summary>Fails with all findings, one to a line.</summary>
    public static void AssertNone(IEnumerable<string> findings, string rule)
    {
        var list = findings.ToList();
        Assert.IsEmpty(list, $"{rule}\n{string.Join('\n', list.Take(50))}");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DmDelegation.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException($"no DmDelegation.sln above {AppContext.BaseDirectory}");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => !IgnoredNames.Contains(Path.GetFileName(file), StringComparer.Ordinal)))
        {
            yield return file;
        }
        foreach (var below in Directory.EnumerateDirectories(folder).Where(below => !IgnoredNames.Contains(Path.GetFileName(below), StringComparer.Ordinal)))
        {
            foreach (var file in Walk(below))
            {
                yield return file;
            }
        }
    }
}

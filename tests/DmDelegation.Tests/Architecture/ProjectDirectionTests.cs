using System.Xml.Linq;

namespace DmDelegation.Tests.Architecture;

/// <summary>Agent -> Platform -> Engine -> {Tree, Protocol}; the stub knows the protocol and nothing else.</summary>
[TestClass]
public sealed class ProjectDirectionTests
{
    /// <summary>What each project references in its project file; what it may use besides is what these reference in turn.</summary>
    private static readonly Dictionary<string, string[]> Direction = new(StringComparer.Ordinal)
    {
        ["DmDelegation.Tree"] = [],
        ["DmDelegation.Protocol"] = [],
        ["DmDelegation.Engine"] = ["DmDelegation.Tree", "DmDelegation.Protocol"],
        ["DmDelegation.Platform"] = ["DmDelegation.Engine"],
        ["DmDelegation.Agent"] = ["DmDelegation.Platform"],
        ["DmDelegation.ServerStub"] = ["DmDelegation.Protocol"],
    };

    [TestMethod]
    public void The_projects_below_src_are_the_ones_of_the_design() =>
        CollectionAssert.AreEquivalent(
            Direction.Keys.Select(project => $"src/{project}/{project}.csproj").ToList(),
            Repository.Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)).ToList());

    [TestMethod]
    public void Each_project_references_only_the_layer_below_it() =>
        Repository.AssertNone(
            Direction.SelectMany(row => References(row.Key).Where(reference => reference.Compiled).Select(reference => reference.Project).Except(row.Value).Select(extra => $"{row.Key} -> {extra}")),
            "project references against the direction:");

    [TestMethod]
    public void The_stub_builds_the_agent_and_uses_nothing_of_it()
    {
        var agent = References("DmDelegation.ServerStub").Single(reference => reference.Project == "DmDelegation.Agent");
        Assert.IsFalse(agent.Compiled, "ReferenceOutputAssembly must be false");
    }

    [TestMethod]
    public void Each_assembly_uses_only_what_lies_below_it() =>
        Repository.AssertNone(
            Direction.Keys.SelectMany(project => Used(project).Except(Below(project).Select(below => Repository.Assemblies[below])).Select(extra => $"{project} -> {extra}")),
            "assembly references against the direction:");

    private static IEnumerable<string> Used(string project) =>
        AssemblyMetadata.Of(project).Assemblies.Where(name => Repository.Assemblies.Values.Contains(name, StringComparer.Ordinal));

    private static IEnumerable<string> Below(string project) =>
        Direction[project].SelectMany(direct => Below(direct).Append(direct)).Distinct(StringComparer.Ordinal);

    private static IEnumerable<(string Project, bool Compiled)> References(string project) =>
        XDocument.Load(Repository.FullPath($"src/{project}/{project}.csproj")).Descendants("ProjectReference").Select(reference => (
            Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value),
            (reference.Attribute("ReferenceOutputAssembly")?.Value ?? "true") != "false"));
}

using System.Xml.Linq;

namespace DmDelegation.Tests.Architecture;

/// <summary>Packages are few, in one file, and each says why it is there.</summary>
[TestClass]
public sealed class PackageTests
{
    private static readonly XDocument Packages = XDocument.Load(Repository.FullPath("Directory.Packages.props"));

    [TestMethod]
    public void Every_package_has_its_reason_above_it() =>
        Repository.AssertNone(
            Packages.Descendants("PackageVersion").Where(package => Above(package) is not XComment { Value.Length: > 10 }).Select(Name),
            "no comment above:");

    [TestMethod]
    public void Every_package_is_used_and_every_used_one_is_listed()
    {
        var used = Projects().SelectMany(project => project.Descendants("PackageReference")).Select(Name).Distinct(StringComparer.Ordinal).ToList();
        CollectionAssert.AreEquivalent(Packages.Descendants("PackageVersion").Select(Name).ToList(), used);
    }

    [TestMethod]
    public void No_project_has_a_version_of_its_own() =>
        Repository.AssertNone(
            Projects().SelectMany(project => project.Descendants("PackageReference"))
                .Where(package => package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null).Select(Name),
            "versions outside Directory.Packages.props:");

    [TestMethod]
    public void Every_project_has_its_lock_file() =>
        Repository.AssertNone(
            ProjectFiles().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
                .Select(file => $"{Path.GetDirectoryName(file)!.Replace('\\', '/')}/packages.lock.json").Where(file => !Repository.Files.Contains(file, StringComparer.Ordinal)),
            "missing:");

    private static XNode? Above(XElement package)
    {
        var node = package.PreviousNode;
        while (node is XText)
        {
            node = node.PreviousNode;
        }
        return node;
    }

    private static string Name(XElement package) => package.Attribute("Include")?.Value ?? package.Attribute("Update")?.Value ?? "";

    private static IEnumerable<string> ProjectFiles() =>
        Repository.Files.Where(file => file == "Directory.Build.props" || file.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<XDocument> Projects() => ProjectFiles().Select(file => XDocument.Load(Repository.FullPath(file)));
}

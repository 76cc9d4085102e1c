namespace DmDelegation.Tests.Architecture;

/// <summary>No vector lies there unread: each file is named by a test, or by one of the two tables that tests go through row by row.</summary>
[TestClass]
public sealed class FixtureTests
{
    private const string Folder = "tests/DmDelegation.Tests/Fixtures/delegation/";

    /// <summary>With these the other files were made; a test has no use for the key of an authority.</summary>
    private static readonly string[] MakersOnly = ["TEST-ONLY-foreign-ca.key.pem", "TEST-ONLY-tls-ca.key.pem", "TEST-ONLY-voucher-ca.key.pem"];

    [TestMethod]
    public void Every_file_of_the_delegation_vectors_is_used_by_a_test()
    {
        var sources = string.Concat(Repository.Sources("tests/DmDelegation.Tests").Select(Repository.FullPath).Select(File.ReadAllText));
        var tables = File.ReadAllText(Repository.FullPath(Folder + "expected.json")) + File.ReadAllText(Repository.FullPath(Folder + "vectors.json"));
        var files = Repository.Files.Where(file => file.StartsWith(Folder, StringComparison.Ordinal) && !file.EndsWith(".md", StringComparison.Ordinal)).ToList();
        Assert.IsGreaterThan(90, files.Count);
        Repository.AssertNone(
            files.Where(file => !Used(Path.GetFileName(file))),
            "vectors that no test uses");

        bool Used(string name) =>
            MakersOnly.Contains(name, StringComparer.Ordinal) || sources.Contains(name, StringComparison.Ordinal)
            || (name.EndsWith(".pem", StringComparison.Ordinal) ? sources.Contains('"' + Stem(name) + '"', StringComparison.Ordinal) : tables.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>A key and its certificate are named together, without the prefix and the suffix they all have.</summary>
    private static string Stem(string name) => name.Replace("TEST-ONLY-", "", StringComparison.Ordinal).Split('.')[0];
}

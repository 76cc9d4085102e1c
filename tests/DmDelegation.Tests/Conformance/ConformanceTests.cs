using System.Text.Json;

namespace DmDelegation.Tests.Conformance;

/// <summary>The gate of design 7: in a closed series every requirement has a test that names it, or a reason why not.</summary>
[TestClass]
public sealed class ConformanceTests
{
    private const int MaxIds = 5;

    [TestMethod]
    public void Every_requirement_of_a_closed_series_has_a_test_or_a_reason() =>
        Assert.AreEqual("", string.Join(' ', ConformanceReport.Missing(Requirement.All.Values.Where(r => NotTested.ClosedSeries.Contains(r.Series)))));

    [TestMethod]
    public void What_is_named_as_not_tested_exists_once_and_has_no_test()
    {
        Assert.HasCount(NotTested.Rows.Length, NotTested.Rows.Select(row => row.Id).Distinct().ToList());
        foreach (var (id, _, reason) in NotTested.Rows)
        {
            Assert.IsTrue(Requirement.All.ContainsKey(id) && reason.Length > 0, id);
            Assert.IsFalse(NamingTest.ById.Contains(id), $"{id} has a test");
        }
    }

    [TestMethod]
    public void A_test_names_at_most_five_requirements() =>
        Assert.AreEqual("", string.Join('\n', NamingTest.All.Where(test => test.Ids.Count > MaxIds).Select(test => $"{test.File}:{test.Line} {test.Name}")));

    [TestMethod]
    public void Every_test_that_counts_says_where_it_is() =>
        Assert.AreEqual("", string.Join('\n', NamingTest.All.Where(test => test.Line <= 0 || !test.File.EndsWith(".cs", StringComparison.Ordinal)).Select(test => test.Name)));

    [TestMethod]
    public void The_report_has_an_object_per_series_that_adds_up()
    {
        using var text = new StringWriter();
        ConformanceReport.WriteJson(text);
        using var report = JsonDocument.Parse(text.ToString());
        var del = report.RootElement.EnumerateArray().Single(series => series.GetProperty("series").GetString() == "DEL");
        int Of(string level, string what) => del.GetProperty(level).GetProperty(what).GetInt32();
        Assert.AreEqual(0, del.GetProperty("missing").GetArrayLength());
        Assert.AreEqual(Requirement.All.Values.Count(r => r.Series == "DEL"), Of("must", "total") + Of("should", "total"));
        Assert.AreEqual(Of("must", "total"), Of("must", "covered") + Of("must", "notApplicable") + Of("must", "notYet"));
    }
}

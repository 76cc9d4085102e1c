using System.Text.Json;

namespace DmDelegation.Tests.Conformance;

/// <summary>How much of each series a test stands for: what <c>DmDelegation.Robustness conformance</c> prints.</summary>
public static class ConformanceReport
{
    private static readonly Dictionary<string, (string Id, Why Why, string Reason)> Rows = NotTested.Rows.ToDictionary(row => row.Id, StringComparer.Ordinal);

    private static IEnumerable<IGrouping<string, Requirement>> Series =>
        Requirement.All.Values.GroupBy(requirement => requirement.Series).OrderBy(series => series.Key, StringComparer.Ordinal);

    /// <summary>Writes the report for people: a line per series, then each requirement without a test, then where each other one is tested.</summary>
    public static void WriteText(TextWriter output)
    {
        foreach (var series in Series)
        {
            var (must, should) = (Count(series.Where(r => r.IsMust)), Count(series.Where(r => r.IsShould)));
            output.WriteLine(
                $"{series.Key}  MUST {must.Covered} of {must.Total}, SHOULD {should.Covered} of {should.Total}"
                + (must.NotYet + must.NotApplicable + should.NotYet + should.NotApplicable is > 0 and var named ? $", {named} named as not tested" : "")
                + (NotTested.ClosedSeries.Contains(series.Key) ? ", closed" : ""));
        }

        foreach (var (id, why, reason) in NotTested.Rows)
        {
            output.WriteLine($"{id}  {(why == Why.NotYet ? "not yet" : "not applicable")}: {reason}");
        }

        foreach (var id in Requirement.All.Keys.Order(StringComparer.Ordinal).Where(NamingTest.ById.Contains))
        {
            output.WriteLine($"{id}  {string.Join(", ", NamingTest.ById[id].Select(test => $"{test.File}:{test.Line}"))}");
        }
    }

    /// <summary>Writes one JSON array, an object per series.</summary>
    public static void WriteJson(TextWriter output)
    {
        var series = Series.Select(one => new Dictionary<string, object>
        {
            ["series"] = one.Key,
            ["must"] = Object(Count(one.Where(r => r.IsMust))),
            ["should"] = Object(Count(one.Where(r => r.IsShould))),
            ["missing"] = Missing(one).ToArray(),
        });
        output.WriteLine(JsonSerializer.Serialize(series));
    }

    /// <summary>MUSTs and SHOULDs that have neither a test nor a reason.</summary>
    public static IEnumerable<string> Missing(IEnumerable<Requirement> requirements) =>
        requirements.Where(r => (r.IsMust || r.IsShould) && !NamingTest.ById.Contains(r.Id) && !Rows.ContainsKey(r.Id)).Select(r => r.Id).Order(StringComparer.Ordinal);

    private static (int Total, int Covered, int NotApplicable, int NotYet) Count(IEnumerable<Requirement> requirements)
    {
        var all = requirements.ToList();
        int Listed(Why why) => all.Count(r => Rows.TryGetValue(r.Id, out var row) && row.Why == why);
        return (all.Count, all.Count(r => NamingTest.ById.Contains(r.Id)), Listed(Why.NotApplicable), Listed(Why.NotYet));
    }

    private static Dictionary<string, int> Object((int Total, int Covered, int NotApplicable, int NotYet) count) => new()
    {
        ["total"] = count.Total,
        ["covered"] = count.Covered,
        ["notApplicable"] = count.NotApplicable,
        ["notYet"] = count.NotYet,
    };
}

using DmDelegation.Agent.Checks;

namespace DmDelegation.Agent.Commands;

/// <summary>What checks found, for people: the answer in the first line, then a line for each finding.</summary>
internal static class CheckText
{
    /// <summary>The whole answer.</summary>
    public static IEnumerable<string> Of(CheckReport report) => report.Results.SelectMany(One).Prepend(First(report));

    private static string First(CheckReport report)
    {
        int Count(string status) => report.Results.Count(result => result.Status == status);
        var (errors, warnings, skipped) = (Count(CheckResult.Error), Count(CheckResult.Warning), Count(CheckResult.Skipped));
        var answer = errors > 0 ? $"{Things(errors)} wrong" : warnings > 0 ? "Nothing is wrong" : "All is well";
        return answer + (warnings > 0 ? $", {Things(warnings)} worth a look" : "") + (skipped > 0 ? $", {Things(skipped)} not looked at" : "") + ".";
    }

    private static string Things(int count) => count == 1 ? "1 thing is" : $"{count} things are";

    private static IEnumerable<string> One(CheckResult result)
    {
        var head = $"{result.Status,-8} {result.Check,-12} ";
        return
        [
            .. Words.Wrap(head, $"{result.Text} [{result.Id}]"),
            .. result.Remedy.Length > 0 ? Words.Wrap(new string(' ', head.Length) + "-> ", result.Remedy) : [],
        ];
    }
}

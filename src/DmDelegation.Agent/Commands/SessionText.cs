using System.Globalization;
using DmDelegation.Agent.Queries;

namespace DmDelegation.Agent.Commands;

/// <summary>Last sessions for people: a few lines each.</summary>
internal static class SessionText
{
    private const string Indent = "    ";

    /// <summary>The whole answer.</summary>
    public static IEnumerable<string> Last(LastSessionsReport report) =>
    [
        .. report.Sessions.SelectMany(One),
        .. report.Sessions.IsEmpty ? [$"no session since the agent started at {report.Since}"] : new[] { $"Since the agent started at {report.Since}; what was before is forgotten." },
    ];

    private static IEnumerable<string> One(LastSessionReport session)
    {
        var head = session.Began is null ? "none has ended" : $"{session.Ended}, began {session.Began}, took {Seconds(session.DurationSeconds!.Value)}";
        yield return $"{session.Server}  {head}{(session.Running ? "; another one runs" : "")}";
        if (session.Error is { } error)
        {
            foreach (var line in Words.Wrap(Indent, error + (session.Text is { } text ? $": {text}" : "")))
                yield return line;
        }

        if (session.Began is not null)
            yield return Indent + (session.Commands == 0 ? "no commands" : $"{session.Commands} commands: {string.Join(", ", session.Statuses.Select(status => $"{status.Count} x {status.Status}"))}");
        yield return $"{Indent}{session.Done} done, {session.Failed} failed";
    }

    private static string Seconds(double seconds) => seconds < 60 ? seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s" : Words.Left((long)seconds);
}

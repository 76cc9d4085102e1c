using System.Collections.Immutable;
using DmDelegation.Agent.Queries;
using DmDelegation.Engine;

namespace DmDelegation.Agent.Loop;

/// <summary>Finds what has changed between the warnings that applied and those that do: each change is one line of the log.</summary>
internal static class WarningWatch
{
    /// <summary>The warnings that apply now, with the time of those that did before, and a line for each that came, went, or became more or less severe.</summary>
    /// <param name="known">Those that applied.</param>
    /// <param name="warnings">Those that apply.</param>
    /// <param name="time">Effective time.</param>
    public static (ImmutableDictionary<WarningKey, KnownWarning> Known, ImmutableArray<LogLine> Lines) Compare(
        ImmutableDictionary<WarningKey, KnownWarning> known, ImmutableArray<WarningReport> warnings, DateTimeOffset time)
    {
        var now = ImmutableDictionary.CreateBuilder<WarningKey, KnownWarning>();
        var lines = ImmutableArray.CreateBuilder<LogLine>();
        foreach (var warning in warnings)
        {
            var key = new WarningKey(warning.Code, warning.Subject);
            var since = known.TryGetValue(key, out var before) ? before.Since : time;
            if (now.TryAdd(key, new KnownWarning(since, warning.Severity)) && before.Severity != warning.Severity)
                lines.Add(Applies(warning, warnings));
        }

        foreach (var (key, gone) in known.Where(entry => !now.ContainsKey(entry.Key)).OrderBy(entry => (entry.Key.Code, entry.Key.Subject)))
        {
            lines.Add(AgentLog.Line(
                AgentLog.WarningCleared, $"no more: {key.Code}{(key.Subject.Length > 0 ? $" of {key.Subject}" : "")}, since {StatusQuery.TimeText(gone.Since)}",
                ("warning", key.Code), ("subject", key.Subject)));
        }

        return (now.ToImmutable(), lines.ToImmutable());
    }

    /// <summary>A consequence of another warning stays quiet: that one says what to do.</summary>
    private static LogLine Applies(WarningReport warning, ImmutableArray<WarningReport> all)
    {
        var explained = all.Any(other => other.Code == warning.Because);
        var code = explained ? AgentLog.WarningExplained
            : warning.Severity == Warnings.Error ? AgentLog.WarningError
            : warning.Severity == Warnings.Notice ? AgentLog.WarningNotice
            : AgentLog.WarningApplies;
        return AgentLog.Line(
            code, $"{warning.Text} [{warning.Code}]", ("warning", warning.Code), ("subject", warning.Subject), explained ? ("because", warning.Because!) : ("remedy", warning.Remedy));
    }
}

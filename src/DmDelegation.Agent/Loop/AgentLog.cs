using DmDelegation.Engine;

namespace DmDelegation.Agent.Loop;

/// <summary>The log vocabulary of the executable; the engine's is in <see cref="LogCodes"/>.</summary>
internal static class AgentLog
{
    /// <summary>The agent is ready.</summary>
    public static readonly LogCode Ready = new(4001, LogSeverity.Notice, "agent ready");

    /// <summary>The agent stops.</summary>
    public static readonly LogCode Stopped = new(4002, LogSeverity.Notice, "agent stopped");

    /// <summary>A commit failed; the agent stops before anything that follows from it (DEL-120).</summary>
    public static readonly LogCode CommitFailed = new(4003, LogSeverity.Critical, "commit failed");

    /// <summary>An event could not be handled; its session is given up.</summary>
    public static readonly LogCode Internal = new(4004, LogSeverity.Critical, "internal fault");

    /// <summary>Something in the configuration or the profile is ignored.</summary>
    public static readonly LogCode ConfigurationIgnored = new(4005, LogSeverity.Warning, "configuration ignored in part");

    /// <summary>The store is new: factory tree and accounts were written.</summary>
    public static readonly LogCode Provisioned = new(4006, LogSeverity.Notice, "store created");

    /// <summary>The configured accounts differ from what was provisioned.</summary>
    public static readonly LogCode AccountDiffers = new(4007, LogSeverity.Notice, "configured account differs");

    /// <summary>The agent cannot start.</summary>
    public static readonly LogCode CannotStart = new(4008, LogSeverity.Error, "agent cannot start");

    /// <summary>systemd handed over a socket that is not where the configuration wants the control socket.</summary>
    public static readonly LogCode SocketNotUsed = new(5001, LogSeverity.Warning, "socket unit not used");

    /// <summary>Accounts were provisioned into a store that never had any.</summary>
    public static readonly LogCode AccountsProvisioned = new(5002, LogSeverity.Notice, "first accounts provisioned");

    /// <summary>Something is wrong that somebody must mend: a warning of severity <c>error</c> began to apply.</summary>
    public static readonly LogCode WarningError = new(5101, LogSeverity.Error, "error began");

    /// <summary>A warning of severity <c>warning</c> began to apply.</summary>
    public static readonly LogCode WarningApplies = new(5102, LogSeverity.Warning, "warning began");

    /// <summary>A warning of severity <c>notice</c> began to apply.</summary>
    public static readonly LogCode WarningNotice = new(5103, LogSeverity.Notice, "notice began");

    /// <summary>A warning began to apply that another one explains.</summary>
    public static readonly LogCode WarningExplained = new(5104, LogSeverity.Information, "consequence of another warning began");

    /// <summary>A warning does not apply any more.</summary>
    public static readonly LogCode WarningCleared = new(5105, LogSeverity.Notice, "warning ended");

    /// <summary>A line of the executable.</summary>
    public static LogLine Line(LogCode code, string text, params (string Name, string Value)[] fields) =>
        new(code, text, [.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
}

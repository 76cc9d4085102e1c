using System.Collections.Immutable;
using DmDelegation.Platform.Control;

namespace DmDelegation.Agent.Commands;

/// <summary>Exit codes; documented in the help, pinned by tests.</summary>
internal static class ExitCodes
{
    /// <summary>It went well.</summary>
    public const int Ok = 0;

    /// <summary>What was asked for failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The daemon does not run.</summary>
    public const int NotRunning = 3;

    /// <summary>The configuration is not valid.</summary>
    public const int InvalidConfiguration = 4;

    /// <summary>The caller is not permitted to do this.</summary>
    public const int NotPermitted = 5;

    /// <summary>What was waited for did not come in time (<c>wait</c>).</summary>
    public const int NotReached = 6;

    /// <summary>What each means, for help and manual; a command that has more to say replaces rows (<see cref="With"/>).</summary>
    public static ImmutableArray<Exit> Table { get; } =
    [
        new(Ok, "ok"),
        new(Failed, "what was asked for failed"),
        new(Usage, "wrong usage"),
        new(NotRunning, "the daemon does not run"),
        new(InvalidConfiguration, "the configuration is not valid"),
        new(NotPermitted, "not permitted"),
    ];

    /// <summary>The table with rows in other words; rows of no words are none of this command.</summary>
    public static ImmutableArray<Exit> With(params ImmutableArray<Exit> rows) =>
    [
        .. Table.Where(row => rows.All(other => other.Code != row.Code)).Concat(rows).Where(row => row.Meaning.Length > 0).OrderBy(row => row.Code),
    ];

    /// <summary>Codes of the platform that mean: the configuration names something that cannot be used.</summary>
    private static readonly string[] ConfigurationCodes =
        ["profile-invalid", "account-invalid", "secret-file", "secret-file-mode", "certificate-file", "identity-key", "device-key-length"];

    /// <summary>The exit code for a stable code.</summary>
    public static int Of(string? code) => code switch
    {
        null => Ok,
        ControlCodes.NotRunning => NotRunning,
        ControlCodes.NotPermitted => NotPermitted,
        Queries.QueryCodes.BadArgument => Usage,
        Queries.QueryCodes.Configuration => InvalidConfiguration,
        _ => ConfigurationCodes.Contains(code, StringComparer.Ordinal) ? InvalidConfiguration : Failed,
    };
}

/// <summary>An exit code and what it means.</summary>
/// <param name="Code">The code.</param>
/// <param name="Meaning">What it means.</param>
internal readonly record struct Exit(int Code, string Meaning);

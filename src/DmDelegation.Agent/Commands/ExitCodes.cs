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

    /// <summary>The table for the help.</summary>
    public const string Help =
        """
        Exit codes:
          0  ok
          1  what was asked for failed
          2  wrong usage
          3  the daemon does not run
          4  the configuration is not valid
          5  not permitted
        """;

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
        _ => ConfigurationCodes.Contains(code, StringComparer.Ordinal) ? InvalidConfiguration : Failed,
    };
}

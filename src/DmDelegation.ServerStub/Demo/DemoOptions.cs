using DmDelegation.ServerStub.Delegation;

namespace DmDelegation.ServerStub.Demo;

/// <summary>What the demo shows; the defaults are a temporary partial delegation, then one with a wrong key.</summary>
public sealed record DemoOptions
{
    /// <summary>Life of the temporary delegation in seconds, the least a server may order (DEL-030).</summary>
    public const long LifeSeconds = 10;

    /// <summary>Fail-safe window in seconds.</summary>
    public const long WindowSeconds = 60;

    /// <summary>Scope axis: partial or full.</summary>
    public string Type { get; init; } = "partial";

    /// <summary>Duration axis: until-revoked, temporary or final; a final delegation is confirmed by exec (DEL-176).</summary>
    public string Duration { get; init; } = "temporary";

    /// <summary>Key method: tls or cms.</summary>
    public string Key { get; init; } = "tls";

    /// <summary>Confirmation mode: auth or exec.</summary>
    public string Confirm { get; init; } = "auth";

    /// <summary>A chain: B passes on to a third server what it has from A, until A revokes.</summary>
    public bool Chain { get; init; }

    /// <summary>Step that fails, 1 to 9 except 5; 0: the whole demo.</summary>
    public int Fail { get; init; }

    /// <summary>The agent to run: dmagent.dll or a native binary; null: the one built beside the stub.</summary>
    public string? Agent { get; init; }

    /// <summary>One JSON event per line instead of a chart.</summary>
    public bool Json { get; init; }

    /// <summary>Folder to keep everything in; null: a temporary one that is deleted.</summary>
    public string? Keep { get; init; }

    /// <summary>Seconds from step 5 to the agent's first contact with B (DEL-178), 0 … 3,600.</summary>
    public int FirstContactSeconds { get; init; } = 1;

    /// <summary>Sessions with a wrong proof of B that lock out (DEL-184), 1 … 10.</summary>
    public int Lockout { get; init; } = 2;

    /// <summary>Variables of the agent at its first start, for test builds (DEL-296).</summary>
    public IReadOnlyDictionary<string, string> AgentEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>Nodes of the device that run a program when they are executed, by their URI, for tests: the text of a shell script that gets the Data of the Exec.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; init; } = new Dictionary<string, string>();

    /// <summary>Scope of the delegation.</summary>
    public IReadOnlyList<ScopeEntry> Scope => Type == "full"
        ? [new ScopeEntry(".", "Add+Delete+Exec+Get+Replace")]
        : [new ScopeEntry("./SCM", "Add+Delete+Exec+Get+Replace")];

    /// <summary>The terms A and B agree on.</summary>
    public DelegationTerms Terms(string confirm, IReadOnlyList<ScopeEntry> scope, long window = WindowSeconds) => new()
    {
        ScopeType = Type,
        Scope = scope,
        DurationType = Duration,
        MaxSeconds = Duration == "temporary" ? LifeSeconds : null,
        ConfirmMode = confirm,
        Window = window,
    };
}

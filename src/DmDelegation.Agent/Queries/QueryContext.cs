using System.Collections.Immutable;
using DmDelegation.Agent.Loop;
using DmDelegation.Engine;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Agent.Queries;

/// <summary>
/// What a query looks at: one snapshot of the state and one reading of the clock. The daemon takes it between two events, the command line
/// out of the store of a stopped agent; the answers are the same functions.
/// </summary>
/// <param name="State">The state.</param>
/// <param name="Options">Configuration of the engine.</param>
/// <param name="Now">The clock.</param>
/// <param name="Facts">What is known beside the state.</param>
internal sealed record QueryContext(EngineState State, EngineOptions Options, ClockReading Now, AgentFacts Facts)
{
    /// <summary>What is durable.</summary>
    public AgentState Durable => State.Durable;

    /// <summary>Effective time (9.2).</summary>
    public DateTimeOffset Time => State.Clock.Now(Now);
}

/// <summary>What is known beside the state.</summary>
/// <param name="Running">The agent runs; else the store is read.</param>
/// <param name="ConfiguredServers">ServerIDs of the configured accounts.</param>
/// <param name="Differences">How the configured accounts differ from what was provisioned.</param>
/// <param name="LogLeft">The store was not closed cleanly: its last commits may be missing here.</param>
internal sealed record AgentFacts(bool Running, ImmutableArray<string> ConfiguredServers, ImmutableArray<string> Differences, bool LogLeft)
{
    /// <summary>What the loop remembers; nothing if it does not run.</summary>
    public Observed Observed { get; init; } = Observed.Nothing;

    /// <summary>What costs something to know, measured when it is first asked for; null if nobody can.</summary>
    public Lazy<Measurements>? Measured { get; init; }
}

/// <summary>An answer: data, or a stable code and a text.</summary>
/// <param name="Data">The data; null if there is a failure.</param>
/// <param name="Code">Stable code of the failure, or null.</param>
/// <param name="Text">The failure for people, or null.</param>
internal readonly record struct Answer<T>(T? Data, string? Code, string? Text)
    where T : class
{
    /// <summary>An answer with data.</summary>
    public static implicit operator Answer<T>(T data) => new(data, null, null);

    /// <summary>A failure.</summary>
    public static Answer<T> Failed(string code, string text) => new(null, code, text);
}

/// <summary>Stable codes of failed queries.</summary>
internal static class QueryCodes
{
    /// <summary>The argument has not the form it must have.</summary>
    public const string BadArgument = "bad-argument";

    /// <summary>There is no such node, record or account.</summary>
    public const string NotFound = "not-found";

    /// <summary>The delegation is final: only a factory reset ends it (DEL-278).</summary>
    public const string Final = "final";

    /// <summary>The delegation has ended already.</summary>
    public const string Ended = "ended";

    /// <summary>The configuration is not valid.</summary>
    public const string Configuration = "configuration";

    /// <summary>The delegation object is not kept as nodes.</summary>
    public const string DelegationObject = "delegation-object";
}

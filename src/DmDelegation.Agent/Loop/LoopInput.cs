using DmDelegation.Agent.Queries;
using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Agent.Loop;

/// <summary>What the loop takes, one after the other.</summary>
internal abstract record LoopInput;

/// <summary>An exchange ended.</summary>
/// <param name="Event">What the engine gets.</param>
/// <param name="Body">What is overwritten after the event (DEL-188); null if there is none.</param>
internal sealed record ExchangeEnded(AgentEvent Event, IDisposable? Body) : LoopInput;

/// <summary>A program that runs for a node has something to tell.</summary>
/// <param name="Event">What the engine gets.</param>
internal sealed record OperationNews(AgentEvent Event) : LoopInput;

/// <summary>Somebody wants a snapshot.</summary>
/// <param name="Taken">Where it goes.</param>
internal sealed record SnapshotWanted(TaskCompletionSource<Snapshot> Taken) : LoopInput;

/// <summary>Somebody wants a session with a server, and its end.</summary>
/// <param name="Server">ServerID.</param>
/// <param name="Ended">Where the end goes.</param>
internal sealed record SessionWanted(string Server, TaskCompletionSource<SessionReport> Ended) : LoopInput;

/// <summary>The network changed (DEL-242).</summary>
internal sealed record NetworkChanged : LoopInput;

/// <summary>Somebody wants effective time lowered to the wall clock (DEL-223).</summary>
/// <param name="Done">Where the outcome goes.</param>
internal sealed record ClockResetWanted(TaskCompletionSource<Answer<ClockReport>> Done) : LoopInput;

/// <summary>The operator wants the factory scheme back (DEL-277).</summary>
/// <param name="Done">Where the outcome goes.</param>
internal sealed record FactoryResetWanted(TaskCompletionSource<Answer<FactoryResetReport>> Done) : LoopInput;

/// <summary>The operator wants a delegation ended.</summary>
/// <param name="Id">Delegation id.</param>
/// <param name="Done">Where the record goes, as it was before and as it is afterwards.</param>
internal sealed record LocalEndWanted(string Id, TaskCompletionSource<LocalEndResult> Done) : LoopInput;

/// <summary>A record before and after the operator asked for its end.</summary>
/// <param name="Before">Null: there was none.</param>
/// <param name="After">Null: it is gone, or there was none.</param>
/// <param name="Tombstone">What is left of one that is gone, or null.</param>
internal sealed record LocalEndResult(DelegationRecord? Before, DelegationRecord? After, Tombstone? Tombstone);

/// <summary>The agent is to stop.</summary>
internal sealed record StopWanted : LoopInput;

/// <summary>The state between two inputs; whoever has it may take any time to look at it.</summary>
/// <param name="State">The state.</param>
/// <param name="Now">The clock at that moment.</param>
/// <param name="Observed">What the loop remembers beside it.</param>
internal sealed record Snapshot(EngineState State, ClockReading Now, Observed Observed);

using System.Collections.Immutable;
using System.Diagnostics;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Tree;

namespace DmDelegation.Engine;

/// <summary>
/// The open transaction of one event: the state as it is after the commands so far, and the effects they asked for. It lives for one
/// call of the engine and is the only mutable thing in it.
/// </summary>
internal sealed class Work
{
    private readonly List<Effect> _effects = [];
    private readonly List<Effect> _afterCommit = [];
    private AgentState _committed;

    public Work(EngineState state, in ClockReading now, EngineOptions options, EnginePorts ports)
    {
        Engine = state with { Clock = state.Clock.Observe(now, options.BuildTime) };
        _committed = state.Durable;
        Now = now;
        Options = options;
        Ports = ports;
    }

    /// <summary>The loop's state, with <see cref="EngineState.Durable"/> as it would be if the open transaction were committed now.</summary>
    public EngineState Engine { get; set; }

    /// <summary>The durable part, committed plus the open transaction (DEL-334).</summary>
    public AgentState State
    {
        get => Engine.Durable;
        set => Engine = Engine with { Durable = value };
    }

    public ClockReading Now { get; }

    public EngineOptions Options { get; }

    public EnginePorts Ports { get; }

    /// <summary>Inside an Atomic nothing is committed: the Atomic is the commit (DEL-143).</summary>
    public bool InsideAtomic { get; set; }

    /// <summary>Effective time T (9.2).</summary>
    public DateTimeOffset Time => Engine.Clock.Now(Now);

    /// <summary>The access decision over the state as it is at this moment; never cached (DEL-334).</summary>
    public DelegationPolicy Policy => new(State, Options);

    /// <summary>Whether the open transaction holds anything that is not committed yet.</summary>
    public bool IsDirty => !ReferenceEquals(_committed, State);

    /// <summary>Ends the open transaction with one durable commit, if there is anything to commit.</summary>
    public void Commit(CommitPoint point)
    {
        if (!IsDirty)
        {
            return;
        }

        var before = _committed;
        DeviceOperations.CancelFallen(this);
        Recovery.WriteAhead(this);
        State = State with { Clock = Engine.Clock.ToMarks(Now) };
        MarkStaged(before, CrashPoint.C1BeforeRecordCommit);
        _effects.Add(new Persist(before, State, point));
        _committed = State;
        MarkStaged(before, CrashPoint.C2AfterRecordCommit);
        _effects.AddRange(_afterCommit);
        _afterCommit.Clear();
    }

    /// <summary>What stands before an authority-changing command in the message becomes a commit of its own (DEL-143).</summary>
    public void CommitBefore()
    {
        if (!InsideAtomic)
        {
            Commit(CommitPoint.Message);
            Mark(CrashPoint.C23BetweenCommits);
        }
    }

    /// <summary>The commit of an authority-changing command; inside an Atomic the Atomic is that commit (DEL-143).</summary>
    public void CommitOwn(CommitPoint point)
    {
        if (!InsideAtomic)
        {
            Commit(point);
        }
    }

    /// <summary>Asks for an effect, behind all those before it.</summary>
    public void Emit(Effect effect) => _effects.Add(effect);

    /// <summary>Asks for an effect behind the commit of the open transaction, which must hold what it is about (persist before act).</summary>
    public void EmitAfterCommit(Effect effect) => _afterCommit.Add(effect);

    /// <summary>Writes a log line.</summary>
    public void Log(LogCode code, string text, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var builder = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(fields.Length);
        foreach (var (name, value) in fields)
        {
            builder.Add(new(name, value));
        }

        Emit(new Report(new LogLine(code, text, builder.MoveToImmutable())));
    }

    /// <summary>A transaction over the tree as it is now; <see cref="KeepTree"/> keeps what it made.</summary>
    public TreeTransaction OpenTree() => new(State.Tree, Time);

    /// <summary>Keeps the tree of a transaction.</summary>
    public void KeepTree(TreeTransaction transaction) => State = State with { Tree = transaction.Current };

    /// <summary>Replaces a session.</summary>
    public void Put(SessionState session) => Engine = Engine with { Sessions = Engine.Sessions.SetItem(session.Server, session) };

    /// <summary>Puts a record in, or in the place of the one with its id.</summary>
    public void Put(Delegation.DelegationRecord record) => State = State with { Records = State.Records.SetItem(record.Id, record) };

    /// <summary>Random octets in a new array, for values that are no secrets.</summary>
    public byte[] Random(int length)
    {
        var octets = new byte[length];
        Ports.Random.Fill(octets);
        return octets;
    }

    /// <summary>Marks a crash point of 12.4 between the effects; compiled out of builds without <c>DM_CRASH_HOOKS</c> (DEL-296).</summary>
    [Conditional("DM_CRASH_HOOKS")]
    public void Mark(CrashPoint point) => Emit(new CrashMark(point));

    /// <summary>Marks a crash point behind the commit of the open transaction.</summary>
    [Conditional("DM_CRASH_HOOKS")]
    public void MarkAfterCommit(CrashPoint point) => EmitAfterCommit(new CrashMark(point));

    /// <summary>Marks the commit that brings a record in (C1, C2).</summary>
    [Conditional("DM_CRASH_HOOKS")]
    private void MarkStaged(AgentState before, CrashPoint point)
    {
        if (State.Records.Values.Any(record => record.State == Delegation.DelegationState.Staged && !before.Records.ContainsKey(record.Id)))
        {
            Mark(point);
        }
    }

    /// <summary>The step this event amounts to. Nothing that an event changed is left uncommitted behind it (DEL-143).</summary>
    public EngineStep Finish()
    {
        Commit(CommitPoint.Record);
        return new(Engine, [.. _effects]);
    }
}

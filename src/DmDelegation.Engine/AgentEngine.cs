using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.Ports;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Engine;

/// <summary>
/// The engine: <c>Handle(state, event, now) -> (state, effects)</c>. Events come one at a time, in the order of the loop; that is the only
/// order there is (DEL-098). It opens no socket, reads no clock and starts no thread.
/// </summary>
/// <param name="options">Configuration.</param>
/// <param name="ports">The world.</param>
public sealed class AgentEngine(EngineOptions options, EnginePorts ports)
{
    /// <summary>Configuration.</summary>
    public EngineOptions Options => options;

    /// <summary>The state of the loop at start-up, from what the store holds.</summary>
    public EngineState Open(AgentState durable, in ClockReading now) =>
        new() { Durable = durable, Clock = EffectiveClock.FromMarks(durable.Clock, now, options.BuildTime) };

    /// <summary>Takes one event.</summary>
    public EngineStep Handle(EngineState state, AgentEvent happening, in ClockReading now)
    {
        var carried = state.Clock.Now(now);
        var work = new Work(state, now, options, ports);
        if (happening is not Started)
        {
            // At a start recovery finds out itself, and must see the clocks as they were left (DEL-292).
            NoticeClock(work, state.Clock, carried);
            KeepJump(work, state.Durable.Clock);
        }

        switch (happening)
        {
            case Started:
                Recovery.Run(work);
                KeepJump(work, state.Durable.Clock);
                OpenDueSessions(work);
                break;
            case Tick:
                OpenDueSessions(work);
                break;
            case SessionRequested request:
                DelegationEvents.CheckDue(work);
                work.Commit(CommitPoint.Record);
                SessionEngine.Open(work, request.Server);
                break;
            case MessageReceived message:
                SessionEngine.Receive(work, message);
                OpenDueSessions(work);
                break;
            case ExchangeFailed failure:
                SessionEngine.Failed(work, failure);
                OpenDueSessions(work);
                break;
            case ConnectivityChanged:
                ContactPlan.ConnectivityChanged(work);
                OpenDueSessions(work);
                break;
            case OperationAtPoint point:
                DelegationEvents.CheckDue(work); // what is due comes first (DEL-267)
                work.Commit(CommitPoint.Record);
                DeviceOperations.AtPoint(work, point.Number);
                work.Commit(CommitPoint.Record);
                OpenDueSessions(work);
                break;
            case OperationEnded ended:
                DelegationEvents.CheckDue(work);
                work.Commit(CommitPoint.Record);
                DeviceOperations.Ended(work, ended);
                work.Commit(CommitPoint.Record);
                OpenDueSessions(work);
                break;
            case ClockResetRequested:
                ResetClock(work);
                break;
            case LocalEnd end:
                DelegationEvents.CheckDue(work); // what is due comes first (DEL-267)
                DelegationEvents.EndLocally(work, end.DelegationId);
                OpenDueSessions(work);
                break;
            case FactoryResetRequested reset:
                FactoryScheme.Restore(work, reset.Factory);
                OpenDueSessions(work);
                break;
            case Stopping:
                work.Commit(CommitPoint.Clock);
                break;
        }

        AuditLog.CloseMinute(work, stopping: happening is Stopping);
        ContactPlan.ForgetStrangers(work);
        return work.Finish();
    }

    /// <summary>Time until the engine wants a <see cref="Tick"/>; null: only events wake it. No write happens while nothing is due.</summary>
    public TimeSpan? NextDue(EngineState state, in ClockReading now)
    {
        long? next = DueByClock.NextDueMs(state, options, now);
        if (ContactPlan.NextDueMs(state, options, now) is { } contact)
        {
            next = Math.Min(next ?? long.MaxValue, contact);
        }

        if (Recovery.NextPersistMs(state, options, now) is { } persist)
        {
            next = Math.Min(next ?? long.MaxValue, persist);
        }

        if (state.Refusals?.LeftMs(now.BootMs) is { } minute)
        {
            next = Math.Min(next ?? long.MaxValue, minute);
        }

        if (state.Clock.HeldLeftMs(now) is { } held)
        {
            next = Math.Min(next ?? long.MaxValue, held);
        }

        return next is { } ms ? TimeSpan.FromMilliseconds(Math.Max(0, ms)) : null;
    }

    private static void OpenDueSessions(Work work)
    {
        DelegationEvents.CheckDue(work);
        Recovery.PersistClocks(work);
        work.Commit(CommitPoint.Record);
        foreach (var server in ContactPlan.DueNow(work))
        {
            if (work.Engine.Sessions.Count >= work.Options.Session.MaxSessions)
            {
                break;
            }

            if (Outbox.Due(work.State, server).Any(entry => entry.Event == Alerts.End))
            {
                work.Mark(CrashPoint.C18BeforeEndSent);
            }

            SessionEngine.Open(work, server);
        }

        if (work.State.Live().Any(live => live.Record.State == DelegationState.Pending))
        {
            work.Mark(CrashPoint.C7PendingAtRest);
        }
    }

    /// <summary>A jump that is not followed is logged and outlives the agent, and so does the first belief in a wall clock (DEL-205).</summary>
    private static void KeepJump(Work work, ClockMarks before)
    {
        var clock = work.Engine.Clock;
        if (clock.Jump is { } jump && jump != before.Jump)
        {
            work.Log(
                LogCodes.ClockJump, $"the wall clock says {BasicTime.Format(work.Now.Wall)}, effective time is {BasicTime.Format(work.Time)}: not followed",
                ("wall", BasicTime.Format(work.Now.Wall)), ("effective", BasicTime.Format(work.Time)));
            if (jump.Noticed != before.Jump?.Noticed)
            {
                AuditLog.Evidence(work, null, "", AuditEvents.ClockJump, ReasonCode.ClockUntrusted); // once for each (DEL-400)
            }
        }

        if (clock.Jump != work.State.Clock.Jump || clock.TrustedOnce != work.State.Clock.TrustedOnce)
        {
            work.State = work.State with { Clock = clock.ToMarks(work.Now) };
            work.Commit(CommitPoint.Clock);
        }
    }

    private static void ResetClock(Work work)
    {
        var was = work.Time;
        AuditLog.Evidence(work, null, "", AuditEvents.ClockReset, work.Now.WallTrusted ? ReasonCode.Ok : ReasonCode.ClockUntrusted);
        if (!work.Now.WallTrusted)
        {
            return;
        }

        work.Engine = work.Engine with { Clock = work.Engine.Clock.Reset(work.Now, work.Options.BuildTime) };
        work.Log(
            LogCodes.ClockReset, $"effective time was {BasicTime.Format(was)}, the operator lowered it to {BasicTime.Format(work.Time)}",
            ("was", BasicTime.Format(was)), ("is", BasicTime.Format(work.Time)));
        work.State = work.State with { Clock = work.Engine.Clock.ToMarks(work.Now) };
        work.Commit(CommitPoint.Clock);
    }

    private static void NoticeClock(Work work, EffectiveClock before, DateTimeOffset carried)
    {
        var clock = work.Engine.Clock;
        if (clock.Trust != before.Trust)
        {
            work.Log(LogCodes.ClockState, $"the clock is {clock.Trust.ToString().ToLowerInvariant()}", ("was", before.Trust.ToString()), ("is", clock.Trust.ToString()));
        }

        if (clock.TrustedThisBoot && !before.TrustedThisBoot)
        {
            Recovery.ClockTrusted(work, work.Time - carried);
        }
    }
}

using DmDelegation.Engine;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;
using DmDelegation.Protocol;

namespace DmDelegation.Tests.Simulation;

/// <summary>
/// No temporary delegation lives longer than A allowed, and no window stays open longer, by true time: what the device was powered on, and
/// what it was off and has been told by an honest clock (9.3). While it has not been told, the delegation gives nothing (DEL-213).
/// </summary>
public sealed class LifeInvariant(SimulatedClock clock, long persistIntervalMs) : Invariant
{
    // More than this ahead, a clock is not believed without a second source (DEL-205).
    private const long BelievedMs = 23 * 3_600_000L;

    private readonly Dictionary<string, Span> _lives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Span> _windows = new(StringComparer.Ordinal);
    private bool _trustedThisBoot = true;
    private long _lagMs;
    private long _leadMs;
    private bool _chargedTooLittle;

    public override void Stepped(StepSeen step)
    {
        foreach (var told in step.Commands.OfType<Replace>().Where(told => told.Items[0].Target!.LocURI.EndsWith("/Expiry/Now", StringComparison.Ordinal)))
        {
            // A's word counts for all its delegations; whether it is right is A's affair (DEL-213).
            foreach (var record in step.Before.Durable.Records.Values.Where(record => record.By == step.Server))
            {
                _lives.GetValueOrDefault(record.Id)?.Forgive();
                _windows.GetValueOrDefault(record.Id)?.Forgive();
            }
        }

        if (step.Event is ClockResetRequested && step.Now.WallTrusted)
        {
            // The operator vouches for the wall clock (DEL-223).
            _lagMs = Math.Max(_lagMs, -(long)clock.WallError.TotalMilliseconds);
        }
    }

    // What the clock told counts when it is written down: before, a power cut takes it away again.
    public override void Committed(StepSeen step, AgentState before, AgentState after)
    {
        Trust(step.Now);
        foreach (var record in after.Records.Values)
        {
            if (record.State == DelegationState.Pending && !_windows.ContainsKey(record.Id))
            {
                _windows[record.Id] = new Span(clock.NowMs);
            }
            else if (record.State == DelegationState.Active && !_lives.ContainsKey(record.Id))
            {
                _lives[record.Id] = new Span(clock.NowMs);
            }
        }
    }

    public override void Rebooted(long offMs, long uncommittedMs)
    {
        foreach (var span in _lives.Values.Concat(_windows.Values))
        {
            // What a sleeping device could not write down is as unknown as what it was off (DEL-206).
            span.UnknownMs += offMs + (uncommittedMs > persistIntervalMs ? uncommittedMs : 0);
        }

        _lagMs += offMs + uncommittedMs;
        _chargedTooLittle |= _leadMs > 0;
        _leadMs = Math.Max(0, _leadMs - offMs);
        _trustedThisBoot = false;
    }

    public override void Rested(EngineState state)
    {
        foreach (var (record, grant) in state.Durable.Live())
        {
            if (record.State == DelegationState.Pending)
            {
                Require(_windows[record.Id].LifeMs(clock.NowMs) <= grant.WindowSeconds * 1000, "a window does not stay open (DEL-133)", record.Id);
            }
            else if (grant.DurationType == DurationType.Temporary && record.State is DelegationState.Active or DelegationState.Suspended)
            {
                Live(record, grant);
            }
        }
    }

    private void Live(DelegationRecord record, DelegationGrant grant)
    {
        var span = _lives[record.Id];
        Require(
            grant.MaxSeconds is not { } seconds || span.LifeMs(clock.NowMs) <= seconds * 1000,
            "a temporary delegation does not live longer than A allowed (DEL-210)", $"{record.Id} {record.State}, {span.LifeMs(clock.NowMs)} ms of {grant.MaxSeconds} s, {span}, the agent counts {grant.Life}");
        Require(
            grant.NotAfter is not { } notAfter || clock.TrueTime.AddMilliseconds(-_lagMs) <= notAfter,
            "a temporary delegation does not outlive NotAfter (DEL-210)", $"{record.Id} {record.State}, {clock.TrueTime:O} less {_lagMs} ms, {grant.NotAfter:O}");
        Require(
            record.State == DelegationState.Suspended || grant.BudgetWhenTimeUnknown || span.UnknownMs == 0 || _trustedThisBoot,
            "while the time is unknown a temporary delegation gives nothing (DEL-213)", record.Id);
    }

    // An honest clock that the agent can believe tells how long the device was off. A lie does not, and is not held against the agent.
    private void Trust(ClockReading now)
    {
        if (!now.WallTrusted)
        {
            return;
        }

        var error = (long)clock.WallError.TotalMilliseconds;
        var honest = error == 0;
        var believed = honest && (_lagMs <= BelievedMs || clock.HasRtc);
        foreach (var span in _trustedThisBoot ? [] : _lives.Values.Concat(_windows.Values))
        {
            _ = believed && !_chargedTooLittle ? span.UnknownMs = 0 : span.Forgive();
        }

        _chargedTooLittle &= _trustedThisBoot;
        _trustedThisBoot = true;
        _lagMs = believed ? 0 : _lagMs;
        _leadMs = Math.Max(_leadMs, error);
    }

    private sealed class Span(long beganMs)
    {
        private long _forgivenMs;

        public long UnknownMs { get; set; }

        public long LifeMs(long nowMs) => nowMs - beganMs - UnknownMs - _forgivenMs;

        public long Forgive()
        {
            _forgivenMs += UnknownMs;
            return UnknownMs = 0;
        }

        public override string ToString() => $"began at {beganMs} ms, {UnknownMs} ms unknown, {_forgivenMs} ms never told";
    }
}

using System.Collections.Immutable;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine;

/// <summary>
/// The way back to the factory scheme (DEL-277; rows 8 and 53): the owner of the device takes it back whole, from Finalised owners too.
/// Replay protection is not his to reset: sequence numbers, tombstones and the high-water mark stay, and so does the audit log.
/// </summary>
internal static class FactoryScheme
{
    private const string SessionError = "factory-reset";

    /// <summary>Ends everything and begins anew with a factory state, in one commit.</summary>
    /// <param name="factory">What a new device of this kind begins with: factory tree and provisioned accounts.</param>
    public static void Restore(Work work, AgentState factory)
    {
        AuditLog.CloseMinute(work, stopping: true);
        foreach (var (record, _) in work.State.Live().ToList())
        {
            End(work, record);
        }

        DeviceOperations.CancelAll(work, ReasonCode.Local);
        AuditLog.Evidence(work, null, "", AuditEvents.FactoryReset, ReasonCode.Ok);
        var sessions = work.Engine.Sessions.Values.ToList();
        // As into an empty store, the first trusted wall clock is taken over as it is; T does not go back (DEL-202, DEL-205).
        var clock = (work.Engine.Clock with { TrustedOnce = false, Jump = null, Told = null }).Observe(work.Now, work.Options.BuildTime);
        var old = work.State;
        work.Engine = new EngineState
        {
            Clock = clock,
            NextSessionSerial = work.Engine.NextSessionSerial,
            Durable = factory with
            {
                Device = factory.Device with { DevId = old.Device.DevId, NextOutboxEntry = old.Device.NextOutboxEntry, NextSessionId = old.Device.NextSessionId },
                Clock = clock.ToMarks(work.Now),
                Tombstones = old.Tombstones,
                Servers = WithoutNonces(old.Servers),
                Operations = DeviceOperations.WithoutRight(old.Operations, ReasonCode.Local),
                Outbox = old.Outbox.RemoveRange(old.Outbox.Values.Where(entry => factory.AccountOf(entry.Target) is null).Select(entry => entry.Number)),
                Evidence = old.Evidence,
                Noise = old.Noise,
            },
        };
        work.Log(LogCodes.FactoryReset, "factory reset at the device: everything ended, the factory scheme is in force", ("device", old.Device.DevId));
        work.Commit(CommitPoint.Provisioning);
        foreach (var session in sessions)
        {
            work.Emit(new EndSession(session.Server, session.Serial, SessionError, session.Statuses));
        }
    }

    /// <summary>What T3 leaves behind of a delegation: tombstone, audit entry, End for those that still can be told (DEL-194, DEL-232).</summary>
    private static void End(Work work, DelegationRecord record)
    {
        var ended = record with
        {
            State = record.State == DelegationState.Pending ? DelegationState.Cancelled : DelegationState.Revoked,
            Reason = ReasonCode.Local.Code,
            EndedAt = work.Time,
        };
        work.Put(ended);
        Tombstones.Add(work, ended);
        AuditLog.Evidence(work, ended, "", AuditEvents.T3, ReasonCode.Local);
        Alerts.QueueEnd(work, ended);
    }

    /// <summary>Nonces belong to credentials, and those are the provisioned ones again; sequence numbers stay (DEL-101).</summary>
    private static ImmutableSortedDictionary<string, ServerState> WithoutNonces(ImmutableSortedDictionary<string, ServerState> servers) =>
        servers.SetItems(servers.Select(server => KeyValuePair.Create(server.Key, server.Value.WithoutGuest() with { NoncesInDoubt = [] })));
}

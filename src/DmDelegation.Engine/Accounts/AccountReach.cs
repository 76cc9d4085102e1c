using System.Collections.Frozen;
using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Session;
using DmDelegation.Engine.State;

namespace DmDelegation.Engine.Accounts;

/// <summary>
/// The other pair of address and pins: how B was reached before it changed one of them, or, after a fall-back, what it had changed them to;
/// kept until B has been reached by the present pair (DEL-342, 12.3).
/// </summary>
/// <param name="Address">The other address.</param>
/// <param name="Pins">The other pins, 32 octets each, concatenated.</param>
/// <param name="FailedContacts">Attempts in a row since the pairs changed places in which B was not reached.</param>
public sealed record EarlierReach(string Address, ReadOnlyMemory<byte> Pins, int FailedContacts);

/// <summary>
/// B moves, or renews its key, without locking itself out (DEL-342): make before break. Where five attempts are in vain the two pairs change
/// places, and again after five more: B may have been away for a while where it had moved to.
/// </summary>
internal static class AccountReach
{
    /// <summary>DEL-342.</summary>
    private const int MaxFailedContacts = 5;

    /// <summary>
    /// What says nothing about the address, because the agent did not try, or had its own reason to stop. Everything else counts: whoever
    /// answers there without proof, with a status, nonsense or a wrong credential, need not be B, and B itself is found again after five more.
    /// </summary>
    private static readonly FrozenSet<string> OfTheAgent = new[]
    {
        SessionError.TooManySessions, SessionError.Credentials, SessionError.NoAccount, SessionError.Aborted, SessionError.Unsendable,
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A command of a server was carried out: if it changed the pair by which the server itself is reached, the old one is kept.</summary>
    /// <param name="before">The state before the command.</param>
    public static void Note(Work work, string server, AgentState before)
    {
        if (!IsKept(before, server)
            || before.AccountOf(server) is not { } old
            || work.State.AccountOf(server) is not { } present
            || (old.Address == present.Address && before.PinsOf(server).Span.SequenceEqual(work.State.PinsOf(server).Span)))
        {
            return;
        }

        // The pair that worked last is the one before the first change; those in between were never used.
        var earlier = work.State.ServerOf(server).Reach ?? new EarlierReach(old.Address, before.PinsOf(server), 0);
        Put(work, server, earlier with { FailedContacts = 0 });
    }

    /// <summary>B is there and proved, before it has said anything: the pair it was reached by works.</summary>
    public static void Reached(Work work, string server)
    {
        if (work.State.ServerOf(server).Reach is not null)
        {
            Put(work, server, null);
        }
    }

    /// <summary>A session is over; if B was not reached in it, that is one more attempt in vain.</summary>
    public static void SessionEnded(Work work, SessionState session, string? error)
    {
        if (session.Proof == ServerProof.None)
        {
            Failed(work, session.Server, error);
        }
    }

    /// <summary>An attempt failed; after five in a row in which B did not prove itself the other pair is tried.</summary>
    public static void Failed(Work work, string server, string? error)
    {
        if (error is null || OfTheAgent.Contains(error) || work.State.ServerOf(server).Reach is not { } earlier)
        {
            return;
        }

        if (earlier.FailedContacts + 1 < MaxFailedContacts)
        {
            Put(work, server, earlier with { FailedContacts = earlier.FailedContacts + 1 });
            return;
        }

        Put(work, server, new EarlierReach(work.State.AccountOf(server)?.Address ?? earlier.Address, work.State.PinsOf(server), 0));
        RestoreAddress(work, server, earlier.Address);
        SetPins(work, server, earlier.Pins, work.State.PinsOf(server));
        work.Log(
            LogCodes.ReachFellBack, $"{server} was not reached {MaxFailedContacts} times at its address or under its pins: back to those before, at {earlier.Address}",
            ("server", server), ("address", earlier.Address));
    }

    /// <summary>
    /// New pins for the account that a delegation made, whichever of its records B wrote them into; the records that showed the old ones show
    /// the new ones.
    /// </summary>
    /// <param name="shown">Pins that are no longer shown.</param>
    public static void SetPins(Work work, string server, ReadOnlyMemory<byte> pins, ReadOnlyMemory<byte> shown)
    {
        foreach (var (record, grant) in work.State.LiveTo(server).Where(live => live.Grant.AccountMade).ToList())
        {
            var shows = record.Leaves.TryGetValue(RecordLayout.CertPin, out var leaf) && leaf.Octets.Span.SequenceEqual(shown.Span) && !pins.IsEmpty;
            work.State = work.State with
            {
                Records = work.State.Records.SetItem(record.Id, record with
                {
                    Grant = grant with { Pins = pins },
                    Leaves = shows ? record.Leaves.SetItem(RecordLayout.CertPin, leaf! with { Octets = pins }) : record.Leaves,
                }),
            };
        }
    }

    /// <summary>Only where nobody else could put it right: an account that a delegation made or locks (DEL-339).</summary>
    private static bool IsKept(AgentState state, string server) =>
        state.LiveTo(server).Any(live => live.Grant.AccountMade || live.Record.State == DelegationState.Finalised);

    private static void RestoreAddress(Work work, string server, string address)
    {
        if (work.State.AccountOf(server) is { } account && account.Address != address && AccountList.AddressLeaf(work.State.Tree, account) is { } leaf)
        {
            var tree = work.OpenTree();
            tree.SetValue(leaf.Id, leaf.Format, leaf.Type, Encoding.UTF8.GetBytes(address));
            work.KeepTree(tree);
        }
    }

    private static void Put(Work work, string server, EarlierReach? earlier) =>
        work.State = work.State with { Servers = work.State.Servers.SetItem(server, work.State.ServerOf(server) with { Reach = earlier }) };
}

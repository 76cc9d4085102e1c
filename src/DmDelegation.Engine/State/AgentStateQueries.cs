using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Guard;
using DmDelegation.Tree;

namespace DmDelegation.Engine.State;

/// <summary>Facts derived from the durable state, so that nothing has to be kept twice.</summary>
public static class AgentStateQueries
{
    /// <summary>Records that are Pending, Active, Suspended or Finalised, with what they granted.</summary>
    public static IEnumerable<(DelegationRecord Record, DelegationGrant Grant)> Live(this AgentState state)
    {
        foreach (var record in state.Records.Values)
        {
            if (record.State.IsLive() && record.Grant is { } grant)
            {
                yield return (record, grant);
            }
        }
    }

    /// <summary>Live records to a server.</summary>
    public static IEnumerable<(DelegationRecord Record, DelegationGrant Grant)> LiveTo(this AgentState state, string server) =>
        state.Live().Where(live => string.Equals(live.Grant.To, server, StringComparison.Ordinal));

    /// <summary>The record gives B the rights of its scope: Active or Finalised (13.1), and B is not held until it rotates (DEL-181).</summary>
    public static bool GivesRights(this (DelegationRecord Record, DelegationGrant Grant) live) =>
        live.Record.State.GivesRights() && live.Grant.Rotation != RotationDuty.Overdue;

    /// <summary>
    /// The server uses an account that a delegation made and that has not become a home account (section 1, "Guest"). One that a second
    /// record names by <c>Ref</c> stays one.
    /// </summary>
    public static bool IsGuest(this AgentState state, string server) => state.LiveTo(server).Any(live => live.Grant.AccountMade) && !state.OwnsFinally(server);

    /// <summary>
    /// SPKI pins of the account that a delegation made for the server; empty if none (DEL-093). What a record says of a known B changes
    /// nothing about how that is reached (DEL-056, DEL-340).
    /// </summary>
    public static ReadOnlyMemory<byte> PinsOf(this AgentState state, string server) =>
        state.LiveTo(server).Where(live => live.Grant.AccountMade).Select(live => live.Grant.Pins).FirstOrDefault(pins => !pins.IsEmpty);

    /// <summary>Home authority of <c>.</c>: Replace on the root by the home scheme; what T2 took away is not counted (section 1).</summary>
    public static bool IsHomeAuthorityOfRoot(this AgentState state, EngineOptions options, string server) =>
        HomeScheme.Grants(state, options, state.Tree.Root, AclCommands.Replace, server, countTaken: true);

    /// <summary>The home authorities of <c>.</c> by name: who gave the root away still is one, who it was lent to is none (section 1).</summary>
    public static IEnumerable<string> HomeAuthoritiesOfRoot(this AgentState state, EngineOptions options) =>
        state.Tree.Root.Acl!.ServersOf(AclCommands.Replace)
            .Concat(state.Live().Where(live => live.Grant.ScopeType == ScopeType.Full).Select(live => live.Record.By))
            .Where(server => server != ServerIdentifier.Any && state.IsHomeAuthorityOfRoot(options, server));

    /// <summary>The server holds a node by a confirmed record of the owner, or by one at whose top the owner stands (DEL-332).</summary>
    public static bool IsDelegateOf(this AgentState state, EngineOptions options, string owner, string server, Tree.NodeChain node) =>
        state.LiveTo(server).Any(live => live.Record.State != DelegationState.Pending
            && (live.Grant.Lenders.IsEmpty ? live.Record.By : live.Grant.Lenders[^1]) == owner
            && ScopeMembership.EntryFor(options, live.Grant, node) is not null);

    /// <summary>The account of a server, null if it has none.</summary>
    public static Account? AccountOf(this AgentState state, string server) => AccountList.Find(state.Tree, server);

    private static bool OwnsFinally(this AgentState state, string server) =>
        state.LiveTo(server).Any(live => live.Record.State == DelegationState.Finalised && live.Grant.AccountMade);
}

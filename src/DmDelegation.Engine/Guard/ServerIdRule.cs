using System.Text;
using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>
/// Who may choose a ServerID (DEL-341, STD-022): not that of another account, and not a name that ACLs, records or tombstones wait for
/// unless the server has Replace on the root; that of an existing account never changes. The session's identity is the account's
/// ServerID, so who may choose it freely can be anybody.
/// </summary>
internal static class ServerIdRule
{
    /// <summary>The denial, null if the rule does not speak.</summary>
    public static AccessAnswer? Denial(AgentState state, EngineOptions options, in AccessQuestion question)
    {
        if (question.Argument is not { } argument || (question.NewPath ?? question.Target.Path).Segments is not ["DMAcc", _, "ServerID"])
        {
            return null;
        }

        var wanted = Encoding.UTF8.GetString(argument.Data.Span);
        if (question.Operation == AccessOperation.Replace)
        {
            return argument.Data.Span.SequenceEqual(question.Target.Target.Value.Span) ? null : Deny(405, question);
        }

        if (question.Operation != AccessOperation.Add)
        {
            return null;
        }

        var taken = AccountList.Find(state.Tree, wanted) is not null || !ServerIdentifier.IsWellFormed(wanted);
        return taken || (IsAwaited(state, wanted) && !state.IsHomeAuthorityOfRoot(options, question.Server)) ? Deny(403, question) : null;
    }

    /// <summary>Whether an ACL value, a live record or a tombstone names a server.</summary>
    public static bool IsAwaited(AgentState state, string name) =>
        state.Live().Any(live => live.Grant.To == name || live.Record.By == name)
        || state.Tombstones.Values.Any(tombstone => tombstone.To == name || tombstone.By == name)
        || state.Tree.Rows.Any(row => row.Acl?.NamesAnywhere(name) == true);

    private static AccessAnswer Deny(int status, in AccessQuestion question) => new(false, status, 0, "DEL-341", question.Target.Target.Id);
}

using System.Text;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>What a guest may do in its own account: AAuthSecret, AAuthData, Name, and AAuthPref to an equal or stronger scheme (DEL-324).</summary>
internal static class OwnAccount
{
    /// <summary>Schemes from weak to strong; anything else is weaker than all of them (T22).</summary>
    private static readonly string[] Schemes = ["DIGEST", "HMAC"];

    /// <summary>Whether the target lies in the guest's own account.</summary>
    public static bool Covers(AgentState state, in AccessQuestion question)
    {
        var (target, server) = (question.Target, question.Server);
        return state.LiveTo(server).Any(live => live.Grant.AccountMade && target.Contains(live.Grant.Account));
    }

    /// <summary>Whether the target is one of the guest's own secrets (DEL-175).</summary>
    public static bool IsSecretOf(AgentState state, in AccessQuestion question) =>
        question.Target.Target.Name is "AAuthSecret" or "AAuthData" && Covers(state, question);

    /// <summary>Whether the change is one of those that DEL-324 lists.</summary>
    public static bool MayChange(AgentState state, in AccessQuestion question) =>
        question.Operation == AccessOperation.Replace && Covers(state, question) && question.Target.Target.Name switch
        {
            "AAuthSecret" or "AAuthData" or "Name" => true,
            "AAuthPref" => Strength(question.Argument is { } argument ? Encoding.UTF8.GetString(argument.Data.Span) : "")
                >= Strength(Encoding.UTF8.GetString(question.Target.Target.Value.Span)),
            _ => false,
        };

    /// <summary>Whether the guest's own account grants the operation: reading it, or a change of DEL-324, as far as its ACL names it (DEL-142).</summary>
    public static bool Grants(AgentState state, in AccessQuestion question) =>
        state.IsGuest(question.Server)
        && Covers(state, question)
        && (question.Operation is AccessOperation.Get or AccessOperation.GetAcl || MayChange(state, question))
        && question.Target.EffectiveAcl().Names(AclPolicy.RightFor(question.Operation), question.Server);

    private static int Strength(string scheme) => Array.IndexOf(Schemes, scheme);
}

using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>Passes on what a policy decides and remembers the last answers, with the delegation behind each.</summary>
/// <param name="policy">Decides.</param>
internal sealed class RememberingPolicy(DelegationPolicy policy) : IAccessPolicy
{
    /// <summary>The last refusal, for the audit log (DEL-400); null if there was none.</summary>
    public AccessVerdict? Refused { get; private set; }

    /// <summary>The last grant, for what runs by right of it (DEL-218); null if there was none.</summary>
    public AccessVerdict? Granted { get; private set; }

    /// <inheritdoc/>
    public AccessAnswer Decide(in AccessQuestion question)
    {
        var verdict = policy.Explain(question);
        if (verdict.Answer.Allowed)
        {
            Granted = verdict;
        }
        else
        {
            Refused = verdict;
        }

        return verdict.Answer;
    }
}

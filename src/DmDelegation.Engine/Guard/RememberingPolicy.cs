using DmDelegation.Tree;

namespace DmDelegation.Engine.Guard;

/// <summary>Passes on what a policy decides and remembers the last refusal, with the delegation behind it, for the audit log (DEL-400).</summary>
/// <param name="policy">Decides.</param>
internal sealed class RememberingPolicy(DelegationPolicy policy) : IAccessPolicy
{
    /// <summary>The last refusal, null if there was none.</summary>
    public AccessVerdict? Refused { get; private set; }

    /// <inheritdoc/>
    public AccessAnswer Decide(in AccessQuestion question)
    {
        var verdict = policy.Explain(question);
        Refused = verdict.Answer.Allowed ? Refused : verdict;
        return verdict.Answer;
    }
}

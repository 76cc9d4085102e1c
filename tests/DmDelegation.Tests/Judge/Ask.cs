namespace DmDelegation.Tests.Judge;

/// <summary>What a server asks of a node; the target of an Add is the parent of the new node.</summary>
public enum Ask
{
    Get,
    GetAcl,
    Add,
    Replace,
    ReplaceAcl,
    Rename,
    Delete,
    Exec,
}

/// <summary>The answer, and the rule it rests on.</summary>
public readonly record struct Verdict(bool Allowed, string Rule);

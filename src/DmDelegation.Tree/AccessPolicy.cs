namespace DmDelegation.Tree;

/// <summary>What a command does to a node, as far as access is concerned: the rows of tree.md 8.3.</summary>
public enum AccessOperation
{
    /// <summary>Get of value, child list or a property other than ACL; each node of a <c>?list=</c> answer.</summary>
    Get,
    /// <summary>Get of the ACL property.</summary>
    GetAcl,
    /// <summary>Add below the node: the target of the question is the nearest existing ancestor.</summary>
    Add,
    /// <summary>Replace of a leaf's value.</summary>
    Replace,
    /// <summary>Replace of the ACL property.</summary>
    ReplaceAcl,
    /// <summary>Replace of the Name property.</summary>
    Rename,
    /// <summary>Replace of the Title property.</summary>
    SetTitle,
    /// <summary>Delete.</summary>
    Delete,
    /// <summary>Exec.</summary>
    Exec,
    /// <summary>Reading the source of a Copy.</summary>
    CopyFrom,
    /// <summary>Overwriting the target of a Copy.</summary>
    CopyTo,
}

/// <summary>The question whether a server may do something to a node.</summary>
/// <param name="Server">The authenticated Server Identifier of the session (ACL-010).</param>
/// <param name="Operation">What it wants to do.</param>
/// <param name="Target">The node; for <see cref="AccessOperation.Add"/> the nearest existing ancestor.</param>
/// <param name="NewPath">The address of the node that an Add creates or that a rename leads to; else null.</param>
/// <param name="Argument">What an Add or Replace carries; else null. The ACL rules do not look at it, a guard may (DEL-341).</param>
public readonly record struct AccessQuestion(
    string Server, AccessOperation Operation, NodeChain Target, NodePath? NewPath = null, ValueArgument? Argument = null);

/// <summary>The answer, with its reason.</summary>
/// <param name="Allowed">Whether it may.</param>
/// <param name="Status">200, or the status the command gets: 425 by ACL (ACL-039), others by a guard.</param>
/// <param name="Reason">The reason code of a delegation rule; 0 from the ACL rules.</param>
/// <param name="Rule">The ID of the requirement that decided.</param>
/// <param name="DecidedAt">The node whose ACL value decided.</param>
public readonly record struct AccessAnswer(bool Allowed, int Status, int Reason, string Rule, NodeId? DecidedAt);

/// <summary>The one place that decides on access (design 3). AccessType is an independent filter and follows after it (TND-033).</summary>
public interface IAccessPolicy
{
    /// <summary>Answers the question from the tree as it is now; nothing may be remembered between commands (ACL-054, DEL-334).</summary>
    AccessAnswer Decide(in AccessQuestion question);

    /// <summary>False if the node must look absent to the server: commands answer 404 (418 to an Add), and it is not listed (TND-049, DEL-081).
    /// What lies below a hidden node is hidden with it.</summary>
    bool IsVisible(string server, Node parent, Node child) => true;
}

/// <summary>What it means that an ACL value grants a right; the table of 8.3 is the same for every meaning.</summary>
public interface IAclGrant
{
    /// <summary>True if the value grants the right.</summary>
    /// <param name="owner">The node whose own ACL value it is.</param>
    /// <param name="acl">The value.</param>
    /// <param name="right">One right.</param>
    bool Grants(Node owner, Acl acl, AclCommands right);
}

/// <summary>The rules of tree.md 8.3 and nothing else.</summary>
public sealed class AclPolicy : IAccessPolicy
{
    /// <summary>The policy; it has no state.</summary>
    public static AclPolicy Instance { get; } = new();

    private static readonly Row[] Table = MakeTable();

    [Flags]
    private enum Place
    {
        Target = 1,
        Parent = 2,
        Either = Target | Parent,
    }

    private readonly record struct Row(AclCommands Right, Place Interior, string InteriorRule, Place Leaf, string LeafRule);

    /// <inheritdoc/>
    public AccessAnswer Decide(in AccessQuestion question) => Evaluate(question.Operation, question.Target, new GrantedTo(question.Server));

    /// <summary>The right that an operation needs (8.3).</summary>
    public static AclCommands RightFor(AccessOperation operation) => Table[(int)operation].Right;

    /// <summary>Evaluates the table of 8.3 with any notion of "granted"; does not allocate.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="target">The node; for Add the nearest existing ancestor.</param>
    /// <param name="grant">Tells whether an ACL value grants a right.</param>
    public static AccessAnswer Evaluate<TGrant>(AccessOperation operation, NodeChain target, in TGrant grant)
        where TGrant : struct, IAclGrant
    {
        ref readonly var row = ref Table[(int)operation];
        var interior = target.Target.IsInterior;
        var (place, rule) = interior ? (row.Interior, row.InteriorRule) : (row.Leaf, row.LeafRule);
        if (target.Depth == 0)
            (place, rule) = (Place.Target, place == Place.Either ? "ACL-032" : rule);

        var owner = target.EffectiveAclOwner(place == Place.Parent ? target.Depth - 1 : target.Depth);
        var granted = grant.Grants(owner, owner.Acl!, row.Right);
        if (!granted && place == Place.Either)
        {
            // The parent's word suffices for the ACL of an interior node too (ACL-027).
            rule = "ACL-027";
            owner = target.EffectiveAclOwner(target.Depth - 1);
            granted = grant.Grants(owner, owner.Acl!, row.Right);
        }
        return new AccessAnswer(granted, granted ? 200 : 425, 0, rule, owner.Id);
    }

    private static Row[] MakeTable()
    {
        static Row Same(AclCommands right, string rule) => new(right, Place.Target, rule, Place.Target, rule);
        var table = new Row[Enum.GetValues<AccessOperation>().Length];
        table[(int)AccessOperation.Get] = Same(AclCommands.Get, "ACL-020");
        table[(int)AccessOperation.GetAcl] = new(AclCommands.Get, Place.Target, "ACL-033", Place.Parent, "ACL-034");
        table[(int)AccessOperation.Add] = Same(AclCommands.Add, "ACL-023");
        table[(int)AccessOperation.Replace] = Same(AclCommands.Replace, "ACL-021");
        table[(int)AccessOperation.ReplaceAcl] = new(AclCommands.Replace, Place.Either, "ACL-026", Place.Parent, "ACL-027");
        table[(int)AccessOperation.Rename] = Same(AclCommands.Replace, "ACL-022");
        table[(int)AccessOperation.SetTitle] = Same(AclCommands.Replace, "ACL-022");
        table[(int)AccessOperation.Delete] = Same(AclCommands.Delete, "ACL-024");
        table[(int)AccessOperation.Exec] = Same(AclCommands.Exec, "ACL-025");
        table[(int)AccessOperation.CopyFrom] = Same(AclCommands.Get, "ACL-046");
        table[(int)AccessOperation.CopyTo] = Same(AclCommands.Replace, "ACL-046");
        return table;
    }

    /// <summary>The plain notion: the value names the server, or <c>*</c> (ACL-012).</summary>
    private readonly record struct GrantedTo(string Server) : IAclGrant
    {
        public bool Grants(Node owner, Acl acl, AclCommands right) => acl.Grants(right, Server);
    }
}

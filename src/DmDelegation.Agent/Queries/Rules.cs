using System.Collections.Frozen;

namespace DmDelegation.Agent.Queries;

/// <summary>The requirements that decide on access, in a few words each, for people who have not the specification at hand.</summary>
internal static class Rules
{
    private static readonly FrozenDictionary<string, string> Meanings = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ACL-020"] = "Get needs Get on the node",
        ["ACL-021"] = "Replace of a value needs Replace on the node",
        ["ACL-022"] = "Replace of Name or Title needs Replace on the node",
        ["ACL-023"] = "Add needs Add on the nearest node that exists",
        ["ACL-024"] = "Delete needs Delete on the node",
        ["ACL-025"] = "Exec needs Exec on the node",
        ["ACL-026"] = "the ACL of an interior node needs Replace on it or on its parent",
        ["ACL-027"] = "the ACL of a node needs Replace on its parent",
        ["ACL-032"] = "the root has no parent: its own ACL counts",
        ["ACL-033"] = "reading the ACL of an interior node needs Get on it",
        ["ACL-034"] = "reading the ACL of a leaf needs Get on its parent",
        ["ACL-046"] = "Copy needs Get on the source and Replace on the target",
        ["DEL-141"] = "scope roots and what lies above them stay while a delegation lives",
        ["DEL-175"] = "before it is confirmed a guest reads DevInfo and changes its own secrets, nothing else",
        ["DEL-181"] = "a guest that has not replaced the secrets its delegating server knows is held until it does; and by what it may replace them",
        ["DEL-213"] = "the delegation is suspended: the time since the reboot is unknown",
        ["DEL-275"] = "a guest does not delete the account of its delegating server",
        ["DEL-320"] = "the scope of a live delegation",
        ["DEL-321"] = "protected subtrees are no part of any delegation",
        ["DEL-322"] = "a guest replaces no ACL",
        ["DEL-323"] = "a guest changes nothing below ./DMAcc",
        ["DEL-324"] = "a guest changes only its secrets, name and a stronger AAuthPref in its own account",
        ["DEL-326"] = "nothing is copied out of or into protected subtrees",
        ["DEL-330"] = "a guest has Get for all, and what its delegation grants",
        ["DEL-331"] = "an exclusive delegation leaves its delegating server only Get in the scope",
        ["DEL-339"] = "the account that a live delegation uses is changed by its server only",
        ["DEL-332"] = "a final delegation leaves ACLs in its scope to its owner",
        ["DEL-341"] = "who may choose a ServerID",
        ["TND-033"] = "the description of the node does not allow the command",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All rules that have words.</summary>
    public static IEnumerable<string> All => Meanings.Keys;

    /// <summary>The words for a rule.</summary>
    public static string Meaning(string rule) => Meanings.GetValueOrDefault(rule, "see the specification");
}

using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;
using DmDelegation.Tree;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>One Item of a hostile command and the Status it got; 0: none arrived, so it may have been executed or not.</summary>
internal sealed record Asked(Command Command, Item Item, int Status)
{
    /// <summary>207 … 216 of the 2xx say that it was not done, or undone (STA-013).</summary>
    public bool WasExecuted => Status is 200 or 202 || (Status == 406 && Command is Exec && !Target.IsDelegation && Target.Query.Length == 0);

    public bool MayHaveBeen => Status is 0 || WasExecuted;

    public Place Target => Place.Of(Item.Target?.LocURI ?? "");

    /// <summary>The command as the judge knows it; null where 13.1 has no word (the delegation object), or where the value decides (AAuthPref, DEL-324).</summary>
    public Verdict? Judged(string server, Node root, AccessJudge judge)
    {
        var target = Target;
        if (target.IsDelegation || (Command is Replace && target.Names is ["DMAcc", _, "AAuthPref"]))
        {
            return null;
        }

        var (node, uri) = target.Nearest(root);
        var exists = node is not null;
        if (Command is Copy)
        {
            var (source, from) = Place.Of(Item.Source!.LocURI).Nearest(root);
            return source is null ? new Verdict(false, "no node")
                : exists ? judge.Copy(server, from, uri)
                : judge.Decide(server, Ask.Get, from) is { Allowed: false } refused ? refused : judge.Decide(server, Ask.Add, uri);
        }

        return (Command, target.Query) switch
        {
            (Add, _) => judge.Decide(server, Ask.Add, uri),
            _ when !exists => new Verdict(false, "no node"),
            (Get, "prop=ACL") => judge.Decide(server, Ask.GetAcl, uri),
            // Properties have no access type of their own.
            (Get, { Length: > 0 }) => judge.Decide(server, Ask.Get, uri) is { Rule: "DEL-320 access type" } ? new Verdict(true, "") : judge.Decide(server, Ask.Get, uri),
            (Get, _) => judge.Decide(server, Ask.Get, uri),
            (Replace, "prop=ACL") => judge.Decide(server, Ask.ReplaceAcl, uri),
            (Replace, "prop=Name") => judge.Decide(server, Ask.Rename, uri),
            // A title has the right of a value and no access type of its own.
            (Replace, "prop=Title") => judge.Decide(server, Ask.Replace, uri) is { Rule: "DEL-320 access type" } ? new Verdict(true, "") : judge.Decide(server, Ask.Replace, uri),
            (Replace, _) => judge.Decide(server, Ask.Replace, uri),
            (Delete, _) => judge.Decide(server, Ask.Delete, uri),
            (Exec, _) => judge.Decide(server, Ask.Exec, uri),
            _ => null,
        };
    }

    /// <summary>Whether a change at a node is what the command is about.</summary>
    public bool Explains(string[] path)
    {
        var names = Target.Names;
        var renamed = Command is Replace && Target.Query == "prop=Name" && names.Length > 0 ? [.. names[..^1], Item.Data?.AsText() ?? ""] : names;
        return Command is not (Get or Exec) && !Target.IsDelegation && (Covers(names, path) || Covers(renamed, path) || (Command is Add && Covers(path, names)));
    }

    public override string ToString() => $"{Command.Name} {(Command is Copy ? Item.Source?.LocURI + " to " : "")}{Item.Target?.LocURI} '{Item.Data?.AsText()}' -> {Status}";

    private static bool Covers(string[] above, string[] path) => path.Length >= above.Length && above.AsSpan().SequenceEqual(path.AsSpan(0, above.Length));
}

/// <summary>A LocURI, read without the agent's code: decoded names, and what stands behind the question mark.</summary>
internal sealed record Place(string[] Names, string Query)
{
    public bool IsDelegation => Names is ["Delegation", ..];

    public static Place Of(string uri)
    {
        var (address, query) = uri.Split('?', 2) is [var before, var behind] ? (before, behind) : (uri, "");
        var names = address.StartsWith("./", StringComparison.Ordinal) ? address[2..] : address == "." ? "" : address;
        return new Place(names.Length == 0 ? [] : [.. names.Split('/').Select(Uri.UnescapeDataString)], query);
    }

    /// <summary>The node, if it exists, and the address for the judge: of the node or of the nearest one above it.</summary>
    public (Node? Node, string Uri) Nearest(Node root)
    {
        var (node, uri) = (root, ".");
        foreach (var name in Names)
        {
            if (!node.Children.TryGetValue(name, out var child))
            {
                return (null, uri);
            }

            // The judge knows no name with a slash: such a node has no ACL value, and is its parent's.
            (node, uri) = (child, name.Contains('/', StringComparison.Ordinal) ? uri : uri + "/" + name);
        }

        return (node, uri);
    }
}

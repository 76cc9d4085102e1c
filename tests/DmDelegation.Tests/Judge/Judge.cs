using DmDelegation.Engine.Accounts;
using DmDelegation.Engine.Delegation;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Judge;

/// <summary>A second opinion on every access decision, from delegation.md 13.1 and tree.md 8.3 alone: it sees values (nodes and records) and
/// none of the agent's code, and reads ACL text itself.</summary>
public sealed class AccessJudge
{
    private readonly Node _root;
    private readonly List<(DelegationRecord R, DelegationGrant G)> _live;
    private readonly (string[] Marked, HashSet<NodeId> All) _protected;
    private readonly Dictionary<NodeId, Node[]> _chains = [];

    public AccessJudge(Node root, IEnumerable<DelegationRecord> records, params string[] protectedUris)
    {
        _root = root;
        _live = [.. records.Where(r => r.State is >= DelegationState.Pending and <= DelegationState.Finalised).Select(r => (r, r.Grant!))];
        Index([root]);
        string[] uris = ["./Delegation", "./DMAcc", "./Inbox", "./DevInfo/DevId", .. protectedUris]; // DEL-321
        _protected = (protectedUris, [.. uris.Select(ChainAt).OfType<Node[]>().Select(chain => chain[^1].Id)]);
    }

    /// <summary>DEL-326: Get on the source and Replace on the target, nothing out of or into the protected set.</summary>
    public Verdict Copy(string s, string source, string target) =>
        IsProtected(ChainAt(source)!) || IsProtected(ChainAt(target)!) ? new(false, "DEL-326")
        : Decide(s, Ask.Get, source) is { Allowed: false } refusal ? refusal
        : Decide(s, Ask.Replace, target);

    /// <summary>DEL-320: principal, guard, ACL, access type.</summary>
    public Verdict Decide(string s, Ask ask, string uri)
    {
        var chain = ChainAt(uri)!;
        var accounts = _root.Children["DMAcc"].Children.Values.Select(account => account.Children.GetValueOrDefault("ServerID"));
        return !accounts.Any(id => id is not null && System.Text.Encoding.UTF8.GetString(id.Value.Span) == s) ? new(false, "DEL-320 principal")
            : Guard(s, ask, chain) is { } rule ? new(false, rule)
            : !Needed(ask, chain).Any(need => Home(s, need.Command, need.At) || ByRecord(s, need.Command, need.At, ask)) ? new(false, "13.1")
            : HasAccessType(ask, chain[^1]) ? new(true, "") : new(false, "DEL-320 access type");
    }

    // tree.md 8.3: the right needed and the node on which it is evaluated; one of several suffices.
    private static (AclCommands Command, Node[] At)[] Needed(Ask ask, Node[] chain)
    {
        var (leaf, parent) = (!chain[^1].IsInterior, chain.Length > 1 ? chain[..^1] : chain);
        return ask switch
        {
            Ask.GetAcl => [(AclCommands.Get, leaf ? parent : chain)],
            Ask.ReplaceAcl => leaf ? [(AclCommands.Replace, parent)] : [(AclCommands.Replace, chain), (AclCommands.Replace, parent)],
            Ask.Rename => [(AclCommands.Replace, chain)],
            _ => [(Enum.Parse<AclCommands>(ask.ToString()), chain)],
        };
    }

    private static bool HasAccessType(Ask ask, Node node) =>
        ask is Ask.GetAcl or Ask.ReplaceAcl or Ask.Rename
        || (node.Access.HasFlag(Enum.Parse<AccessTypes>(ask.ToString())) && (ask != Ask.Replace || node.Name != "ServerID")); // DEL-341

    private string? Guard(string s, Ask ask, Node[] chain)
    {
        var (changes, target, guest) = (ask is not (Ask.Get or Ask.GetAcl), chain[^1], GuestRecords(s));
        var secret = ask == Ask.Replace && target.Name is "AAuthSecret" or "AAuthData" && guest.Any(l => Under(chain, l.G.Account));
        if (guest.Count > 0 && guest.All(l => l.R.State == DelegationState.Suspended))
            return "DEL-213";
        if (guest.Count > 0 && !guest.Any(Gives) && !secret && !(ask == Ask.Get && chain is [_, { Name: "DevInfo" }, ..]))
            return "DEL-175";
        if (changes && _live.Any(l => (l.G.AccountMade || l.R.State == DelegationState.Finalised) && l.G.To != s && Under(chain, l.G.Account)))
            return "DEL-339";
        if (changes && (IsTaken(s, chain) || (ask == Ask.ReplaceAcl && Exclusive(s).Any(l => l.G.Scope.Any(e => e.Root == target.Id)))))
            return "DEL-331";
        if (ask == Ask.ReplaceAcl && Finals.Any(l => l.G.To != s && (l.R.By == s || !IsDelegateOf(s, l, chain)) && (RightsIn(l, chain) != AclCommands.None || l.G.Scope.Any(e => e.Root == target.Id))))
            return "DEL-332";
        if (ask == Ask.Delete && Finals.Any(l => Under(chain, l.G.Account)))
            return "DEL-339"; // to B as well
        if (ask == Ask.Rename && _protected.Marked.Any(uri => (uri + "/").StartsWith(UriOf(chain) + "/", StringComparison.Ordinal)))
            return "DEL-321"; // what the configuration marks is marked by its URI
        var pins = _live.Where(l => l.G.Scope.Any(e => Under(_chains.GetValueOrDefault(e.Root) ?? [], target.Id))).ToList();
        bool MayEnd((DelegationRecord R, DelegationGrant G) l) => l.R.State == DelegationState.Finalised
            ? l.G.To == s && l.G.Scope.Any(e => e.Root == target.Id)
            : l.R.By != s && IsHomeAuthority(s);
        var owner = ask == Ask.Delete && pins.All(MayEnd);
        return ask is Ask.Delete or Ask.Rename && pins.Count > 0 && !owner ? "DEL-141" : null;
    }

    // What S would be granted without any non-final delegation to it, wildcards included; a guest the wildcard Get (DEL-330), and in its
    // own account what DEL-142 and DEL-324 leave it.
    private bool Home(string s, AclCommands c, Node[] at)
    {
        var guest = GuestRecords(s);
        if (guest.Any(l => Under(at, l.G.Account)))
            return Grants(Effective(at, AclText), c, s) && (c == AclCommands.Get || at[^1].Name is "AAuthSecret" or "AAuthData" || at is [_, _, _, { Name: "Name" }]);
        var text = Effective(at, node => HomeText(s, node));
        return !(c != AclCommands.Get && IsTaken(s, at)) && (guest.Count > 0 ? c == AclCommands.Get && Grants(text, c, "*")
            : Finals.Any(l => l.R.By == s && RightsIn(l, at) != AclCommands.None) ? Names(text, c, s) // DEL-130: no wildcard either
            : Grants(text, c, s));
    }

    // DEL-322: no ACL property by right of a record. DEL-325: every node that a command takes along.
    private bool ByRecord(string s, AclCommands c, Node[] at, Ask ask) =>
        ask != Ask.ReplaceAcl && Grants(Effective(at, AclText), c, s) && _live.Any(l => l.G.To == s && Gives(l) && RightsIn(l, at).HasFlag(c)
            && (ask != Ask.Delete || (at[^1].SelfAndDescendants().All(n => RightsIn(l, _chains[n.Id]).HasFlag(c))
                && (l.R.State == DelegationState.Finalised || l.G.Scope.All(e => e.Root != at[^1].Id))))); // DEL-141: it ends first, then the Delete runs

    // The rights of the entry that covers the node; the protected set and what was skipped (DEL-125) are no part of the scope.
    // Of a Finalised one's undo record the identities are left (DEL-130).
    private AclCommands RightsIn((DelegationRecord R, DelegationGrant G) l, Node[] chain)
    {
        var grant = l.G;
        var decided = chain.Reverse().FirstOrDefault(n => grant.Undo.Skipped.Contains(n.Id) || grant.Undo.Entries.Any(e => e.Node == n.Id) || grant.Undo.Treated.Contains(n.Id));
        var skipped = IsProtected(chain) || (decided is not null && grant.Undo.Skipped.Contains(decided.Id));
        return skipped ? AclCommands.None : grant.Scope.FirstOrDefault(e => Under(chain, e.Root))?.Rights ?? AclCommands.None;
    }

    // The ACL value of a node as the T3 of every delegation to this server would leave it (DEL-135, DEL-136).
    private string? HomeText(string s, Node node)
    {
        var text = AclText(node);
        foreach (var (r, g) in _live.Where(l => l.G.To == s && l.R.State != DelegationState.Finalised))
            text = g.Undo.Entries.FirstOrDefault(e => e.Node == node.Id) is { } entry ? (text == entry.Written ? entry.Before
                    : entry.LastWriter == s ? text : Without(text, s, entry.Added)) // B itself writes ACLs only at home (DEL-322)
                : RightsIn((r, g), _chains[node.Id]) == AclCommands.None || g.Undo.NamedBefore.Contains(node.Id) ? text
                : Without(text, s, AclCommands.All);
        return text;
    }

    // Replace on "." by the home scheme; what T2 takes away is not counted (section 1).
    // What a child's T2 took was lent (DEL-110).
    private bool IsHomeAuthority(string s) => (GuestRecords(s).Count == 0 && Grants(HomeText(s, _root)!, AclCommands.Replace, s))
        || _live.Any(l => l.R.By == s && l.G.Parent.Length == 0 && l.G.Undo.Entries.Any(e => e.Node == _root.Id && e.Taken.HasFlag(AclCommands.Replace) && WithoutChildren(l, _root) == e.Written));

    // A node's value as the ends of a record's descendants would leave it.
    private string? WithoutChildren((DelegationRecord R, DelegationGrant G) l, Node node)
    {
        var text = AclText(node);
        foreach (var child in _live.Where(c => c.G.Parent == l.R.Id))
            text = child.G.Undo.Entries.FirstOrDefault(e => e.Node == node.Id) is { } entry && WithoutChildren(child, node) == entry.Written ? entry.Before : text;
        return text;
    }

    private IEnumerable<(DelegationRecord R, DelegationGrant G)> Finals => _live.Where(l => l.R.State == DelegationState.Finalised);

    // B's own delegations in its Finalised scope, and what descends from them (DEL-332).
    private bool IsDelegateOf(string s, (DelegationRecord R, DelegationGrant G) final, Node[] at) =>
        _live.Any(l => l.G.To == s && l.R.State != DelegationState.Pending && Origin(l) == final.G.To && RightsIn(l, at) != AclCommands.None);
    private string Origin((DelegationRecord R, DelegationGrant G) l) => _live.Where(p => p.R.Id == l.G.Parent).Select(Origin).FirstOrDefault() ?? l.R.By;

    private IEnumerable<(DelegationRecord R, DelegationGrant G)> Exclusive(string s) =>
        _live.Where(l => l.R.By == s && l.G.Exclusive && l.R.State is DelegationState.Active or DelegationState.Suspended);
    private bool IsTaken(string s, Node[] chain) => Exclusive(s).Any(l => RightsIn(l, chain) != AclCommands.None); // DEL-331
    // A B that has not rotated in time is held to the pre-confirmation list (DEL-181).
    private static bool Gives((DelegationRecord R, DelegationGrant G) l) =>
        l.R.State is DelegationState.Active or DelegationState.Finalised && l.G.Rotation != RotationDuty.Overdue;

    private List<(DelegationRecord R, DelegationGrant G)> GuestRecords(string s) =>
        _live.Any(l => l.G.To == s && l.G.AccountMade && !Finals.Any(f => f.G.Account == l.G.Account)) ? [.. _live.Where(l => l.G.To == s)] : [];
    private static bool Under(Node[] chain, NodeId id) => chain.Any(node => node.Id == id);
    private bool IsProtected(Node[] chain) => chain.Any(node => _protected.All.Contains(node.Id));

    private void Index(Node[] chain)
    {
        _chains[chain[^1].Id] = chain;
        foreach (var child in chain[^1].Children.Values)
            Index([.. chain, child]);
    }
    private Node[]? ChainAt(string uri) => uri.Split('/').Skip(1).Aggregate<string, Node[]?>(
        [_root], (chain, name) => chain?[^1].Children.GetValueOrDefault(name) is { } next ? [.. chain, next] : null);
    private static string UriOf(Node[] chain) => "." + string.Concat(chain.Skip(1).Select(node => "/" + node.Name));
    private static string? AclText(Node node) => node.Acl?.ToString();

    // tree.md 8.1 and 8.2: the nearest value decides alone; entries of one command are united.
    private static string Effective(Node[] chain, Func<Node, string?> textOf) => chain.Reverse().Select(textOf).First(text => !string.IsNullOrEmpty(text))!;

    private static bool Grants(string text, AclCommands c, string s) => text.Split('&').Select(entry => entry.Split('='))
        .Any(entry => entry[0] == c.ToString() && entry[1].Split('+') is var ids && (ids.Contains(s) || ids.Contains("*")));

    private static bool Names(string text, AclCommands c, string s) => Grants(text.Replace("*", "", StringComparison.Ordinal), c, s);

    private static string? Without(string? text, string s, AclCommands taken) => text is null ? null : string.Join('&',
        from entry in text.Split('&').Select(e => e.Split('='))
        let ids = entry[1].Split('+').Where(id => id != s || !taken.HasFlag(Enum.Parse<AclCommands>(entry[0]))).ToArray()
        where ids.Length > 0
        select entry[0] + "=" + string.Join('+', ids));
}

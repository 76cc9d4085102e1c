using System.Text;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.State;
using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;
using DmDelegation.Tree;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>
/// What must hold after every hostile message, from two states, the commands and the answers alone: nothing executed that 13.1 does not
/// allow; no change that no executed command is about; nothing shown that the server may not read; no record touched that is not its own.
/// </summary>
internal sealed class Witness(string server, params string[] protectedUris)
{
    // Ends that nobody's command brings about: window, lockout, expiry, with the parent.
    private static readonly int[] ByItself = [170, 171, 181, 183];

    /// <summary>Servers that see every record (home authorities of the root).</summary>
    public HashSet<string> Owners { get; } = ["home.example"];

    /// <summary>Reasons with which this server's commands may end records of others.</summary>
    public HashSet<int> MayEndWith { get; } = [];

    /// <summary>Texts that the server must never see.</summary>
    public List<string> Canaries { get; } = [];

    public void Check(AgentState before, AgentState after, IReadOnlyList<Asked> asked, IReadOnlyList<Item> results)
    {
        Executed(before, after, asked);
        Changed(before, after, asked);
        Shown(before, after, results);
        Records(before, after, asked);
        Accounts(after);
    }

    private void Executed(AgentState before, AgentState after, IReadOnlyList<Asked> asked)
    {
        if (!asked.Any(one => one.WasExecuted))
        {
            return;
        }

        var (then, now) = (Judge(before), Judge(after));
        foreach (var one in asked.Where(one => one.WasExecuted))
        {
            // A command of the same message may have made or moved what the next one is about.
            var verdict = one.Judged(server, before.Tree.Root, then);
            if (verdict is { Allowed: false } && !ReferenceEquals(before.Tree, after.Tree))
            {
                verdict = one.Judged(server, after.Tree.Root, now);
            }

            Assert.IsTrue(verdict is not { Allowed: false } || (verdict.Value.Rule == "no node" && IsNew(one, asked)), $"{server}: {one} was executed, the judge refuses by {verdict?.Rule}");
        }
    }

    // It came and went within the message: the Add, Copy or rename that made it has been judged itself.
    private static bool IsNew(Asked one, IReadOnlyList<Asked> asked) =>
        asked.Any(other => other != one && other.WasExecuted && (other.Explains(one.Target.Names) || (one.Command is Copy && other.Explains(Place.Of(one.Item.Source!.LocURI).Names))));

    private void Changed(AgentState before, AgentState after, IReadOnlyList<Asked> asked)
    {
        if (ReferenceEquals(before.Tree, after.Tree))
        {
            return;
        }

        var authority = before.Records.Values.Any(record => after.Records.GetValueOrDefault(record.Id)?.State != record.State)
            || after.Records.Values.Any(record => before.Records.GetValueOrDefault(record.Id)?.State != record.State);
        var (old, now) = (Rows(before), Rows(after));
        var doers = asked.Where(one => one.MayHaveBeen).ToList();
        foreach (var id in old.Keys.Union(now.Keys))
        {
            var (from, to) = (old.GetValueOrDefault(id), now.GetValueOrDefault(id));
            if (from is not null && to is not null && from.Same(to))
            {
                continue;
            }

            var path = (from ?? to)!.Path;
            // Nonces are the agent's; T1 to T3 write ACL values and accounts.
            var byTheAgent = path is ["DMAcc", .., "AAuthData"]
                || (authority && (path is ["DMAcc", ..] || (from is not null && to is not null && from.SameButAcl(to))));
            Assert.IsTrue(
                byTheAgent || doers.Any(one => one.Explains(path) || (to is not null && one.Explains(to.Path))),
                $"{server}: ./{string.Join('/', path)} changed from {from} to {to}, by none of\n{string.Join('\n', asked)}");
        }
    }

    private void Shown(AgentState before, AgentState after, IReadOnlyList<Item> results)
    {
        if (results.Count == 0)
        {
            return;
        }

        var judges = new[] { (before.Tree.Root, Judge: Judge(before)), (after.Tree.Root, Judge: Judge(after)) };
        foreach (var item in results)
        {
            var (place, text) = (Place.Of(item.Source!.LocURI), item.Data?.AsText() ?? "");
            Assert.IsFalse(Canaries.Exists(canary => text.Contains(canary, StringComparison.Ordinal)), $"{server} sees a secret in {item.Source.LocURI}");
            if (place.IsDelegation)
            {
                IsVisible(before, after, place, item);
                continue;
            }

            Assert.IsTrue(judges.Any(at => MayRead(at.Root, at.Judge, place)), $"{server} sees {item.Source.LocURI}");
        }
    }

    private bool MayRead(Node root, AccessJudge judge, Place place)
    {
        var (node, uri) = place.Nearest(root);
        return node is not null && (place.Query == "prop=ACL"
            ? judge.Decide(server, Ask.GetAcl, uri)
            : judge.Decide(server, Ask.Get, uri)) is { Allowed: true } or { Rule: "DEL-320 access type" } && !(node.IsSecret && place.Query.Length == 0);
    }

    private void IsVisible(AgentState before, AgentState after, Place place, Item item)
    {
        if (place.Names is ["Delegation"] or ["Delegation", "Cap" or "Nonce" or "Seq" or "Log", ..])
        {
            var others = before.Records.Values.Where(record => !Sees(record)).Select(record => record.Id).ToList();
            Assert.IsFalse(place.Names.Length == 1 && (item.Data?.AsText() ?? "").Split('/').Intersect(others).Any(), $"{server} sees the name of a record of others");
            return;
        }

        var record = before.Records.GetValueOrDefault(place.Names[1]) ?? after.Records.GetValueOrDefault(place.Names[1]);
        Assert.IsTrue(record is not null && Sees(record) && !(place is { Names: [_, _, "Key", "Value"], Query.Length: 0 }), $"{server} sees {item.Source!.LocURI}");
    }

    // DEL-081: while Staged its creator, afterwards A, B and the home authorities of the root.
    private bool Sees(DelegationRecord record) =>
        record.By == server || (record.State != DelegationState.Staged && (Owners.Contains(server) || record.Text("Server/ServerID") == server));

    private void Records(AgentState before, AgentState after, IReadOnlyList<Asked> asked)
    {
        if (ReferenceEquals(before.Records, after.Records))
        {
            return;
        }

        foreach (var record in after.Records.Values.Where(record => !before.Records.ContainsKey(record.Id)))
        {
            Assert.AreEqual(server, record.By, $"record {record.Id} arose");
        }

        foreach (var record in before.Records.Values.Where(record => record.By != server))
        {
            var now = after.Records.GetValueOrDefault(record.Id);
            if (now is null)
            {
                Assert.IsTrue(record.State is DelegationState.Staged || record.State > DelegationState.Finalised, $"record {record.Id} is gone");
                continue;
            }

            var by = asked.Where(one => one.MayHaveBeen && one.Target.Names is ["Delegation", var id, "Operations", _] && id == record.Id).Select(one => one.Target.Names[3]).ToList();
            var to = record.Grant?.To == server;
            var moved = now.State == record.State || ByItself.Contains(now.Reason) || MayEndWith.Contains(now.Reason)
                || (record.State is DelegationState.Active && now.State is DelegationState.Suspended) || (record.State is DelegationState.Suspended && now.State is DelegationState.Active)
                || (to && now.State is DelegationState.Active && record.State is DelegationState.Pending)
                || (to && now.State is DelegationState.Relinquished && by.Contains("Relinquish"));
            Assert.IsTrue(moved, $"{server} moved record {record.Id} from {record.State} to {now.State} {now.Reason}");
            Assert.AreEqual(Terms(record), Terms(now), $"{server} changed record {record.Id}");
        }
    }

    /// <summary>What A wrote, and what follows from it.</summary>
    public static string Terms(DelegationRecord record) => string.Join(' ', record.Leaves
        .Where(leaf => leaf.Key is not ("Account/Ref" or "Key/Value"))
        .Select(leaf => leaf.Key + "=" + Convert.ToHexString(leaf.Value.Octets.Span)))
        + (record.Grant is { } grant ? $" {grant.To} {grant.DurationType} {grant.NotAfter} {grant.MaxSeconds} {grant.WindowSeconds} {string.Join(' ', grant.Scope.Select(entry => entry.Root + ":" + entry.Rights))}" : "");

    // One server, one account (STD-022), and nobody under a name that is none.
    private static void Accounts(AgentState after)
    {
        var names = after.Tree.Root.Children["DMAcc"].Children.Values
            .Select(account => account.Children.GetValueOrDefault("ServerID")).OfType<Node>().Select(leaf => Encoding.UTF8.GetString(leaf.Value.Span)).ToList();
        Assert.HasCount(names.Count, names.Distinct().ToList(), "two accounts of one server: " + string.Join(' ', names));
    }

    private AccessJudge Judge(AgentState state) => new(state.Tree.Root, state.Records.Values, protectedUris);

    private static Dictionary<NodeId, Row> Rows(AgentState state)
    {
        var rows = new Dictionary<NodeId, Row>();
        Collect(state.Tree.Root, [], rows);
        return rows;
    }

    private static void Collect(Node node, string[] path, Dictionary<NodeId, Row> rows)
    {
        rows.Add(node.Id, new Row(path, node));
        foreach (var child in node.Children.Values)
        {
            Collect(child, [.. path, child.Name], rows);
        }
    }

    private sealed record Row(string[] Path, Node Node)
    {
        public bool Same(Row other) => SameButAcl(other) && Node.Acl?.ToString() == other.Node.Acl?.ToString();

        public bool SameButAcl(Row other) => Path.AsSpan().SequenceEqual(other.Path)
            && Node.Title == other.Node.Title && Node.Type == other.Node.Type && Node.Format == other.Node.Format && Node.Value.Span.SequenceEqual(other.Node.Value.Span);

        public override string ToString() => $"'{string.Join('/', Path)}' {Node.Acl} {Convert.ToHexString(Node.Value.Span)}";
    }
}

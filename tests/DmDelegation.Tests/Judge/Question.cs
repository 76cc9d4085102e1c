using DmDelegation.Engine.Delegation;
using DmDelegation.Protocol;
using DmDelegation.Tests.Scenarios.Harness;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Judge;

/// <summary>
/// One random command, for the engine as a DM command and for the judge as a question. It is such that nothing but access can make it
/// fail: targets exist and are of the right kind, new names are new.
/// </summary>
public sealed record Question(string Server, Command Command, Ask? Ask, string Uri, string Source = "")
{
    private const string Accounts = "./DMAcc";

    public static Question Random(Random random, string server, ManagementTree tree, IReadOnlyList<DelegationRecord> records)
    {
        if (random.Next(40) == 0 && records.Count > 0)
        {
            return Operation(random, server, records[random.Next(records.Count)]);
        }

        while (true)
        {
            var ask = (Ask)random.Next(9);
            var target = Pick(random, tree);
            var uri = tree.PathOf(target.Id)!.ToString();
            var question = ask > Judge.Ask.Exec ? Copy(random, server, tree, target, uri) : Make(random, server, ask, target, uri);
            if (question is not null)
            {
                return question;
            }
        }
    }

    /// <summary>The judge's answer; null where the question is about authority itself (an operation of a record).</summary>
    public Verdict? Put(AccessJudge judge) => Source.Length > 0 ? judge.Copy(Server, Source, Uri) : Ask is { } ask ? judge.Decide(Server, ask, Uri) : null;

    public override string ToString() => $"  {Server}: {(Source.Length > 0 ? $"Copy {Source} to" : Ask?.ToString() ?? "Exec")} {Uri}{Argument}";

    private string Argument => Command is Replace { Items: [{ Data: { } data }] } && Ask == Judge.Ask.ReplaceAcl ? $" '{data.AsText()}'" : "";

    // Revoke, Cancel and Relinquish move authority while the commands go on.
    private static Question Operation(Random random, string server, DelegationRecord record)
    {
        var name = ((string[])["Revoke", "Cancel", "Relinquish"])[random.Next(3)];
        var uri = $"./Delegation/{record.Id}/Operations/{name}";
        return new(server, Dm.Exec(uri), null, uri);
    }

    // Any node but those of the delegation object, whose answers are not made by 13.1.
    private static Node Pick(Random random, ManagementTree tree)
    {
        var nodes = tree.Root.Children.Values.Where(node => node.Name is not "Delegation")
            .SelectMany(node => node.SelfAndDescendants()).Prepend(tree.Root).ToList();
        var others = nodes.Where(node => !tree.PathOf(node.Id)!.ToString().StartsWith(Accounts, StringComparison.Ordinal)).ToList();
        return random.Next(4) == 0 ? nodes[random.Next(nodes.Count)] : others[random.Next(others.Count)];
    }

    private static Question? Copy(Random random, string server, ManagementTree tree, Node target, string uri)
    {
        var source = Pick(random, tree);
        return source.IsInterior || target.IsInterior || source.Id == target.Id ? null
            : new(server, Dm.Copy(tree.PathOf(source.Id)!.ToString(), uri), null, uri, tree.PathOf(source.Id)!.ToString());
    }

    private static Question? Make(Random random, string server, Ask ask, Node target, string uri)
    {
        var account = uri.StartsWith(Accounts, StringComparison.Ordinal);
        var name = $"n{random.Next(1_000_000_000)}";
        return ask switch
        {
            Judge.Ask.Get => Of(Dm.Get(uri)),
            Judge.Ask.GetAcl => Of(Dm.Get(uri + "?prop=ACL")),
            Judge.Ask.Add when target.IsInterior && !account => Of(random.Next(2) == 0 ? Dm.Add($"{uri}/{name}", "v") : Dm.AddNode($"{uri}/{name}")),
            Judge.Ask.Replace when account && target.Name is "AAuthData" => Of(Dm.ReplaceOctets(uri, "nonce of sixteen"u8)),
            Judge.Ask.Replace when account && target.Name is not ("Name" or "AAuthSecret" or "Addr" or "ServerID") => null,
            Judge.Ask.Replace when target.Name is "AAuthSecret" => Of(Dm.Replace(uri, $"a secret of {random.Next():D10} octets")), // DEL-181: strong and new
            Judge.Ask.Replace when !target.IsInterior => Of(Dm.Replace(uri, name)),
            Judge.Ask.ReplaceAcl => Of(Dm.Replace(uri + "?prop=ACL", uri == "." ? "Add=*&Get=*&Replace=home.example" : World.RandomAcl(random))),
            Judge.Ask.Rename when !target.IsPermanent && (!account || uri.Split('/').Length == 3) => Of(Dm.Replace(uri + "?prop=Name", name)),
            Judge.Ask.Delete when !target.IsPermanent => Of(Dm.Delete(uri)),
            Judge.Ask.Exec => Of(Dm.Exec(uri)),
            _ => null,
        };

        Question Of(Command command) => new(server, command with { CmdID = "1" }, ask, uri);
    }
}

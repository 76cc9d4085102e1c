using System.Collections.Immutable;
using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;
using DmDelegation.Tests.Scenarios.Harness;

namespace DmDelegation.Tests.AttackBook.Kit;

/// <summary>The grammar of hostile commands: verbs, addresses and values at random; each threat weighs them its own way.</summary>
internal sealed class Arsenal(Random random, TestDevice device)
{
    private static readonly string[] Properties = ["ACL", "Format", "Name", "Size", "Title", "TStamp", "Type", "VerNo", "Nonsense"];
    private static readonly string[] Lists = ["Struct", "StructData", "TNDS", "TNDS+ACL", "Nonsense"];

    public T Of<T>(params T[] values) => values[random.Next(values.Length)];

    public bool OneIn(int n) => random.Next(n) == 0;

    public T Weighted<T>(params (int Weight, Func<T> Make)[] rows)
    {
        var at = random.Next(rows.Sum(row => row.Weight));
        return rows.First(row => (at -= row.Weight) < 0).Make();
    }

    /// <summary>Address of a random node at or below one of these, or of one that does not exist there.</summary>
    public string Below(params string[] roots)
    {
        var root = Of(roots);
        var all = Existing(root);
        var uri = all.Count == 0 ? root : all[random.Next(all.Count)];
        return OneIn(12) ? $"{(uri == "." ? "." : uri)}/{Name()}" : uri;
    }

    /// <summary>Addresses of the nodes at and below a root.</summary>
    public List<string> Existing(string root)
    {
        var place = Place.Of(root);
        var (node, _) = place.Nearest(device.Durable.Tree.Root);
        return node is null ? [] : [.. node.SelfAndDescendants().Select(one => device.Durable.Tree.PathOf(one.Id)!.ToString())];
    }

    public string Name() => Of("n", "x", "dir", "evil", "SCM", "id", "Name", "a b", "n" + random.Next(1000));

    public string Acl() => OneIn(4) ? Of("", "*", "Get", "Get=", "Add=*&Get=*", "Replace=b.example", "Get=b.example+", "Delete=*&Replace=*") : World.RandomAcl(random);

    public string Text() => Of("", "0", "v", "b.example", "https://evil.example/dm", "./SCM", new string('z', random.Next(200)), "\u00fc\u2028", "t" + random.Next());

    /// <summary>Any verb on a node.</summary>
    public Command Any(string uri) => Weighted(
        (4, () => Read(uri)),
        (3, () => Write(uri)),
        (2, () => Grow(uri)),
        (1, () => Dm.Delete(uri)),
        (1, () => Dm.Exec(uri, OneIn(2) ? Text() : null)),
        (1, () => Dm.Copy(uri, Below("."))),
        (1, () => Dm.Copy(Below("."), uri)));

    public Command Read(string uri) => Dm.Get(Weighted(
        (4, () => uri), (2, () => $"{uri}?prop={Of(Properties)}"), (3, () => $"{uri}?list={Of(Lists)}")));

    public Command Write(string uri) => Weighted(
        (3, () => Dm.Replace(uri, Text(), OneIn(4) ? Of("chr", "int", "bool", "node", "bin", "xml") : null)),
        (2, () => Dm.Replace($"{uri}?prop=ACL", Acl())),
        (1, () => Dm.Replace($"{uri}?prop=Name", Name())),
        (1, () => Dm.Replace($"{uri}?prop={Of(Properties)}", Text())));

    public Command Grow(string uri)
    {
        var below = $"{uri}/{Name()}" + (OneIn(3) ? "/" + Name() : "");
        return OneIn(3) ? Dm.AddNode(below) : Dm.Add(below, Text());
    }

    /// <summary>Drawn again as long as it is about an address: an attacker that cuts its own throat attacks nobody.</summary>
    public Command But(string uri, Func<Command> draw)
    {
        while (true)
        {
            var command = draw();
            if (command is not ItemCommand { Items: [var item, ..] } || !$"{item.Target?.LocURI} {item.Source?.LocURI}".Contains(uri, StringComparison.Ordinal))
            {
                return command;
            }
        }
    }

    /// <summary>The command alone, or with others in an Atomic, a Sequence or as Items of one command.</summary>
    public Command Wrapped(Func<Command> draw)
    {
        var command = draw();
        ImmutableArray<Command> several = [command, .. Enumerable.Range(0, random.Next(3)).Select(_ => draw())];
        return random.Next(10) switch
        {
            0 => Dm.Atomic(several),
            1 => Dm.Sequence(several),
            2 when command is Replace replace => replace with { Items = [.. replace.Items, .. several.OfType<Replace>().SelectMany(other => other.Items)] },
            3 when command is Get get => get with { Items = [.. get.Items, .. several.OfType<Get>().SelectMany(other => other.Items)] },
            _ => command,
        };
    }
}

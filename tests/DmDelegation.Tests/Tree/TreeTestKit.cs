using System.Text;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Tree;

/// <summary>What the tests of the tree share: a fixed time, a visible seal, and short ways to say things.</summary>
internal static class TreeTestKit
{
    public static readonly DateTimeOffset Now = new(2024, 2, 29, 8, 15, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Later = Now.AddHours(1);

    public static byte[] Octets(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    public static NodePath Path(string uri) => NodePath.Parse(uri);

    public static ManagementTree Empty(string rootAcl = "Add=*&Delete=*&Exec=*&Get=*&Replace=*") => ManagementTree.Empty(Acl.Parse(rootAcl), Now);

    /// <summary>The tree with these nodes added in order; a URI that ends in <c>/</c> is an interior node.</summary>
    public static ManagementTree With(this ManagementTree tree, params string[] uris)
    {
        var transaction = new TreeTransaction(tree, Now);
        foreach (var uri in uris)
        {
            var path = Path(uri.TrimEnd('/'));
            transaction.Add(transaction.Current.Find(path.Parent)!.Id, uri.EndsWith('/') ? NodeSpec.InteriorNode(path.Name) : NodeSpec.Leaf(path.Name, Octets("v")));
        }
        return transaction.Current;
    }

    public static CommandContext Context(
        ManagementTree tree, string? server = "s1", TreeOptions? options = null, TreeDescription? description = null, IAccessPolicy? policy = null) =>
        new(server, new TreeTransaction(tree, Later), policy ?? AclPolicy.Instance, description ?? new TreeDescription(StandardDescriptions.DMAcc),
            options ?? TreeOptions.Default, new VisibleSealer());

    public static ValueArgument Chr(string text) => new(Formats.Chr, Formats.TextPlain, Octets(text), true);

    public static ValueArgument InteriorArgument(string? type = null) => new(Formats.Node, type, default, false);

    public static ManagementTree Tree(this CommandContext context) => context.Transaction.Current;

    public static Node At(this CommandContext context, string uri) =>
        context.Tree().Find(Path(uri)) ?? throw new AssertFailedException($"there is no node {uri}");

    public static string DataOf(CommandOutcome outcome) => Text(outcome.Results.Single().Data);

    /// <summary>Runs the command, which must be refused with the status and leave the very same tree.</summary>
    public static CommandOutcome Refused(int status, CommandContext context, Func<CommandContext, CommandOutcome> command)
    {
        var before = context.Tree();
        var outcome = command(context);
        Assert.AreEqual(status, outcome.Status, outcome.Rule);
        Assert.AreSame(before, context.Tree(), "a refused command left a trace");
        Assert.IsEmpty(outcome.Results);
        return outcome;
    }

    public static CommandOutcome Succeeds(CommandOutcome outcome)
    {
        Assert.AreEqual(200, outcome.Status, outcome.Rule);
        return outcome;
    }

    public sealed class VisibleSealer : IValueSealer
    {
        public byte[] Seal(NodeId node, ReadOnlySpan<byte> value) => Octets($"sealed for {node}: {value.Length}");
    }
}

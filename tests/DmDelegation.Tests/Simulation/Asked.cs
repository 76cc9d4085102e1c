using DmDelegation.Protocol;
using DmDelegation.Tests.Judge;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>A command on the wire as a question for the judge, over the tree as it was before it.</summary>
public sealed record Asked(Ask? Ask, string Uri, string Source)
{
    /// <summary>The question; null where the answer is not made by 13.1 (the delegation object) or the node does not exist.</summary>
    public static Asked? Of(Command command, ManagementTree tree)
    {
        if (command is not ItemCommand { Items: [{ Target: { } target } item] } || command is Alert)
        {
            return null;
        }

        var (uri, property) = target.LocURI.Split('?') is [var path, var query] ? (path, query) : (target.LocURI, "");
        var asked = command switch
        {
            Get => new Asked(property == "prop=ACL" ? Judge.Ask.GetAcl : Judge.Ask.Get, uri, ""),
            Add => new Asked(Judge.Ask.Add, Parent(uri), ""),
            Replace => new Asked(property switch { "prop=ACL" => Judge.Ask.ReplaceAcl, "prop=Name" => Judge.Ask.Rename, _ => Judge.Ask.Replace }, uri, ""),
            Delete => new Asked(Judge.Ask.Delete, uri, ""),
            Exec => new Asked(Judge.Ask.Exec, uri, ""),
            Copy => new Asked(null, uri, item.Source!.LocURI),
            _ => null,
        };
        return asked is null || !asked.IsAbout(tree) ? null : asked;
    }

    public Verdict Put(AccessJudge judge, string server) => Ask is { } ask ? judge.Decide(server, ask, Uri) : judge.Copy(server, Source, Uri);

    private bool IsAbout(ManagementTree tree) => Exists(tree, Uri) && (Source.Length == 0 || Exists(tree, Source));

    private static bool Exists(ManagementTree tree, string uri) =>
        uri != "./Delegation" && !uri.StartsWith("./Delegation/", StringComparison.Ordinal) && tree.Find(NodePath.Parse(uri)) is not null;

    private static string Parent(string uri) => uri[..uri.LastIndexOf('/')];
}

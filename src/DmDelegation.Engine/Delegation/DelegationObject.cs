using System.Collections.Immutable;
using System.Text;
using DmDelegation.Engine.Guard;
using DmDelegation.Engine.Session;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Delegation;

/// <summary>
/// The management object at <c>./Delegation</c> (6.1): a mount on the tree whose nodes are computed from records and state. Reading and
/// the closed doors are here; writing records is in <see cref="RecordEditor"/>, their operations in <see cref="Operations"/>.
/// </summary>
internal static class DelegationObject
{
    /// <summary>Name of the object below the root.</summary>
    public const string Name = "Delegation";

    /// <summary>Whether a path belongs to the object: <c>./Delegation</c> itself or below.</summary>
    public static bool Covers(NodePath path) => path.Segments is [Name, ..];

    /// <summary>Get: value, child list, property, <c>?list=Struct</c> and <c>?list=StructData</c>.</summary>
    public static CommandOutcome Get(Work work, SessionState session, LocUri uri)
    {
        var place = Place.Of(work, session, uri.Path);
        if (place is null)
        {
            return Refused(404, "DEL-081");
        }

        if (place.Record is null && NotConfirmed(work, session) is { } unconfirmed)
        {
            return unconfirmed;
        }

        if (uri.List is not null)
        {
            return List(work, session, place, uri);
        }

        if (uri.Property is { } property)
        {
            return Property(place, uri, property);
        }

        if (place.RecordPath is RecordLayout.KeyValue)
        {
            return Refused(405, "DEL-082");
        }

        return place.MayGet(session.Server)
            ? Answer(place.Item(uri.ToString(), session, withData: true))
            : Refused(425, "DEL-083");
    }

    /// <summary>Add: a record, or a node of a staged one.</summary>
    public static CommandOutcome Add(Work work, SessionState session, LocUri uri, ValueArgument argument) =>
        uri.Property is not null || uri.List is not null ? Refused(405, "TND-108")
        : uri.Path.Depth == 1 ? Refused(418, "TND-050")
        : NotConfirmed(work, session) ?? RecordEditor.Add(work, session, uri.Path, argument);

    /// <summary>Replace: leaves as the notes of 6.1 say; never a name or an ACL (DEL-083, DEL-087).</summary>
    public static CommandOutcome Replace(Work work, SessionState session, LocUri uri, ValueArgument argument)
    {
        if (Place.Of(work, session, uri.Path) is not { } place)
        {
            return Refused(404, "DEL-081");
        }

        return uri.Property is not null || uri.List is not null || place.Record is null
            ? Refused(405, uri.Property is "Name" ? "DEL-087" : "DEL-083")
            : NotConfirmed(work, session) ?? RecordEditor.Replace(work, session, place.Record, place.RecordPath!, argument);
    }

    /// <summary>Delete: a record, which ends it if it is live (DEL-263), or a scope entry of a staged one.</summary>
    public static CommandOutcome Delete(Work work, SessionState session, LocUri uri)
    {
        if (Place.Of(work, session, uri.Path) is not { } place)
        {
            return Refused(404, "DEL-081");
        }

        return uri.Property is not null || uri.List is not null || place.Record is null
            ? Refused(405, "DEL-083")
            : NotConfirmed(work, session) ?? RecordEditor.Delete(work, session, place.Record, place.RecordPath!);
    }

    /// <summary>Exec of a node below <c>Operations</c>; everything else is not executable.</summary>
    public static CommandOutcome Exec(Work work, SessionState session, LocUri uri, ReadOnlyMemory<byte> argument, string correlator)
    {
        if (Place.Of(work, session, uri.Path) is not { } place)
        {
            return Refused(404, "DEL-081");
        }

        return place.Record is null || place.RecordPath?.StartsWith("Operations/", StringComparison.Ordinal) != true || uri.Property is not null
            ? Refused(405, "TND-081")
            : (place.RecordPath is "Operations/Confirm" or "Operations/Relinquish" ? null : NotConfirmed(work, session))
                ?? Operations.Run(work, session, place.Record, place.RecordPath["Operations/".Length..], argument, correlator);
    }

    /// <summary>Items of everything below <c>./Delegation</c> that a server may read, for a <c>?list=</c> above it.</summary>
    public static IEnumerable<ResultItem> ListBelow(Work work, SessionState session, bool withData) =>
        Place.Of(work, session, NodePath.Root.Child(Name)) is { } root && NotConfirmed(work, session) is null
            ? root.Below(session, withData)
            : [];

    private static CommandOutcome List(Work work, SessionState session, Place place, LocUri uri)
    {
        if (uri.List is not ("Struct" or "StructData"))
        {
            return Refused(406, "TND-176");
        }

        var withData = uri.List == "StructData";
        return place.MayGet(session.Server)
            ? Answer([place.Item(place.Path.ToString(), session, withData), .. place.Below(session, withData)])
            : Refused(425, "DEL-083");
    }

    private static CommandOutcome Property(Place place, LocUri uri, string property)
    {
        var text = property switch
        {
            Properties.Acl => place.Acl.ToString(),
            Properties.Format => place.Format,
            Properties.Name => place.Path.Name,
            Properties.Type => place.Type,
            _ => null,
        };
        return text is null
            ? Refused(406, "TND-105")
            : Answer(new ResultItem(uri.ToString(), Formats.Chr, Formats.TextPlain, Encoding.UTF8.GetBytes(text), true));
    }

    /// <summary>A guest that is not confirmed gets its own record to read and to confirm, nothing else here (DEL-084, DEL-175).</summary>
    private static CommandOutcome? NotConfirmed(Work work, SessionState session) =>
        GuardRules.HeldToTheList(work.State, session.Server) is { } held ? Refused(425, held.Rule, held.Reason) : null;

    private static CommandOutcome Answer(params ImmutableArray<ResultItem> items) => new(200, "DEL-080", 0, null, items, null);

    private static CommandOutcome Refused(int status, string rule, ReasonCode? reason = null) => CommandOutcome.Refused(status, rule, reason?.Code ?? 0);

    /// <summary>One node of the object as a server sees it; a hidden record has no place (DEL-081).</summary>
    private sealed record Place(Work Work, NodePath Path, DelegationRecord? Record, string? RecordPath, string Format, Acl Acl)
    {
        public string Type => Record is not null && RecordPath!.Length == 0 ? RecordLayout.ObjectIdentifier
            : Format == Formats.Node ? ""
            : Format == Formats.Bin ? "application/octet-stream"
            : Formats.TextPlain;

        public static Place? Of(Work work, SessionState session, NodePath path)
        {
            if (path.Depth == 1)
            {
                var own = work.State.Tree.Find(path)?.Acl ?? Acl.Of(AclCommands.Add | AclCommands.Get, ServerIdentifier.Any);
                return new Place(work, path, null, null, Formats.Node, own);
            }

            var name = path.Segments[1];
            if (Capabilities.Names.Contains(name))
            {
                return Capabilities.FormatOf(work, Below(path, 1), session.Server) is { } format ? new Place(work, path, null, null, format, Capabilities.ShownAcl(work, path, session.Server)) : null;
            }

            if (!work.State.Records.TryGetValue(name, out var record) || !RecordView.IsVisible(work, record, session.Server))
            {
                return null;
            }

            var (below, view) = (Below(path, 2), new RecordView(work, record));
            return RecordLayout.Find(below) is { } node && view.Exists(below)
                ? new Place(work, path, record, below, node.Format, view.ShownAcl(node))
                : null;
        }

        public bool MayGet(string server) => Acl.Grants(AclCommands.Get, server);

        public ResultItem Item(string uri, SessionState session, bool withData)
        {
            var interior = Format == Formats.Node;
            // A value that is not asked for is not made: reading the nonce issues a fresh one (DEL-100).
            var data = !withData ? default : interior ? Encoding.UTF8.GetBytes(string.Join('/', Children(session)))
                : Record is null ? Capabilities.Value(Work, Below(Path, 1), session.Server)
                : new RecordView(Work, Record).Value(RecordPath!, session);
            var plain = uri.Contains("?list=", StringComparison.Ordinal) || !withData;
            return interior && plain
                ? new ResultItem(uri, Format, Type, default, false)
                : new ResultItem(uri, Format, interior ? Formats.TextPlain : Type, withData ? data : default, withData);
        }

        /// <summary>All nodes below that the server may read, parents first.</summary>
        public IEnumerable<ResultItem> Below(SessionState session, bool withData)
        {
            foreach (var name in Children(session))
            {
                if (Of(Work, session, Path.Child(name)) is not { } child || child.RecordPath is RecordLayout.KeyValue || !child.MayGet(session.Server))
                {
                    continue;
                }

                var interior = child.Format == Formats.Node;
                yield return interior
                    ? new ResultItem(child.Path.ToString(), Formats.Node, child.Type, default, false)
                    : child.Item(child.Path.ToString(), session, withData && child.Path.Name != "Nonce");
                foreach (var item in child.Below(session, withData))
                {
                    yield return item;
                }
            }
        }

        private IEnumerable<string> Children(SessionState session) =>
            Path.Depth == 1
                ? Capabilities.Names.Concat(Work.State.Records.Values.Where(record => RecordView.IsVisible(Work, record, session.Server)).Select(record => record.Id))
            : Record is null ? Capabilities.Children(Work, Below(Path, 1), session.Server)
            : new RecordView(Work, Record).Children(RecordPath!);

        private static string Below(NodePath path, int depth) => string.Join('/', path.Segments.Skip(depth));
    }
}

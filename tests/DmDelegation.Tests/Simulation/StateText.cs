using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmDelegation.Engine.State;
using DmDelegation.Tree;

namespace DmDelegation.Tests.Simulation;

/// <summary>A durable state as text, so that two of them can be compared whole.</summary>
public static class StateText
{
    private static readonly JsonSerializerOptions Plain = new() { Converters = { new AclConverter() } };

    public static void RequireSame(AgentState expected, AgentState found, string invariant)
    {
        var (one, other) = (Of(expected), Of(found));
        if (one != other)
        {
            throw new InvariantException(invariant, Difference(one, other));
        }
    }

    /// <summary>All of it.</summary>
    public static string Of(AgentState state)
    {
        var text = new StringBuilder(OfTree(state));
        foreach (var part in new object[] { state.Device, state.Clock, state.Records, state.Tombstones, state.Outbox, state.Operations, state.Servers, state.Evidence.Entries, state.Noise.Entries })
        {
            text.AppendLine(JsonSerializer.Serialize(part, part.GetType(), Plain));
        }

        return text.ToString();
    }

    /// <summary>Who may do what: tree, records, tombstones and what is to be told. No counter of sessions, no clock.</summary>
    public static string OfAuthority(AgentState state)
    {
        var text = new StringBuilder(OfTree(state));
        foreach (var record in state.Records.Values)
        {
            text.AppendLine($"{record.Id} {record.State} {record.Reason} {record.Grant?.OffTimeUnknown} {record.Grant?.Undo.Entries.Length} {record.Grant?.Account}");
        }

        text.AppendLine(string.Join(' ', state.Tombstones.Keys));
        foreach (var entry in state.Outbox.Values)
        {
            text.AppendLine($"{entry.Number} {entry.Key} {entry.Target} {entry.Event}");
        }

        return text.ToString();
    }

    public static string Difference(string one, string other)
    {
        var (first, second) = (one.Split('\n'), other.Split('\n'));
        return string.Join('\n', first.Except(second).Take(5).Select(line => "- " + line).Concat(second.Except(first).Take(5).Select(line => "+ " + line)));
    }

    private static string OfTree(AgentState state)
    {
        var text = new StringBuilder();
        foreach (var row in state.Tree.Rows)
        {
            text.AppendLine($"{row.Id} {row.ParentId} {row.Name} {row.Format} {row.Type} {Convert.ToHexString(row.Value.Span)} '{row.Acl}' {row.Title} {row.TStamp:O} {row.VerNo} {row.IsPermanent} {row.Access} {row.IsSecret}");
        }

        return text.Append(state.Tree.NextNodeId).AppendLine().ToString();
    }

    private sealed class AclConverter : JsonConverter<Acl>
    {
        public override Acl Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Acl value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

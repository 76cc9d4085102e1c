using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DmDelegation.Engine.Audit;
using DmDelegation.Engine.Delegation;
using DmDelegation.Engine.Execution;
using DmDelegation.Engine.State;
using DmDelegation.Engine.Time;

namespace DmDelegation.Platform.Store;

/// <summary>
/// The documents of the store as JSON. Octets are base64, enumerations numbers. A property that is missing or unknown makes the document
/// unreadable: the engine's records may not change without a new format version and a conversion (DEL-297).
/// </summary>
internal static class StateJson
{
    // Not a context of these options: it would put itself in the place of the resolver, and nothing would be required.
    private static readonly JsonSerializerOptions Strict = new(StateJsonContext.Default.Options)
    {
        RespectNullableAnnotations = true,
        TypeInfoResolver = StateJsonContext.Default.WithAddedModifier(RequireAll),
    };

    public static JsonTypeInfo<DelegationRecord> Record => Of<DelegationRecord>();

    public static JsonTypeInfo<Tombstone> Tombstone => Of<Tombstone>();

    public static JsonTypeInfo<OutboxEntry> Outbox => Of<OutboxEntry>();

    public static JsonTypeInfo<DeviceOperation> Operation => Of<DeviceOperation>();

    public static JsonTypeInfo<AuditEntry> Audit => Of<AuditEntry>();

    public static JsonTypeInfo<ServerState> Server => Of<ServerState>();

    public static JsonTypeInfo<ClockMarks> Clock => Of<ClockMarks>();

    public static JsonTypeInfo<DeviceState> Device => Of<DeviceState>();

    private static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Strict.GetTypeInfo(typeof(T));

    private static void RequireAll(JsonTypeInfo type)
    {
        if (type.Kind is not JsonTypeInfoKind.Object)
            return;
        foreach (var property in type.Properties)
            property.IsRequired = property.Set is not null || property.AssociatedParameter is not null;
    }
}

/// <summary>Generated readers and writers of the documents, without reflection.</summary>
[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DelegationRecord))]
[JsonSerializable(typeof(Tombstone))]
[JsonSerializable(typeof(OutboxEntry))]
[JsonSerializable(typeof(DeviceOperation))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(ServerState))]
[JsonSerializable(typeof(ClockMarks))]
[JsonSerializable(typeof(DeviceState))]
internal sealed partial class StateJsonContext : JsonSerializerContext;

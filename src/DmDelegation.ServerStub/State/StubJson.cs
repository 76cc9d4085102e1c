using System.Text.Json.Serialization;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Hosting;
using DmDelegation.ServerStub.State;

namespace DmDelegation.ServerStub;

/// <summary>Every JSON form that the stub reads or writes from types; source-generated, no reflection.
/// A member with a default value has a setter there: generated readers overwrite an absent init-only member with null or zero.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(DelegationTerms))]
[JsonSerializable(typeof(ServerState))]
[JsonSerializable(typeof(S2sEnvelope))]
[JsonSerializable(typeof(S2sBody))]
[JsonSerializable(typeof(TestControls))]
[JsonSerializable(typeof(DelegateRequest))]
[JsonSerializable(typeof(StubEvent))]
[JsonSerializable(typeof(IReadOnlyList<StubEvent>))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(Dm.CommandTicket))]
[JsonSerializable(typeof(PeerConfiguration))]
[JsonSerializable(typeof(StubConfiguration))]
internal sealed partial class StubJson : JsonSerializerContext;

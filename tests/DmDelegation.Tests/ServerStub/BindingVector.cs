using System.Text.Json;
using DmDelegation.ServerStub.Delegation;
using DmDelegation.ServerStub.Keys;

namespace DmDelegation.Tests.ServerStub;

/// <summary>The inputs of a binding hash as the vectors write them (Fixtures/delegation/vectors.json).</summary>
internal static class BindingVector
{
    public static BindingInputs Inputs(JsonElement inputs) => new()
    {
        Id = Text(inputs, "id")!,
        A = Text(inputs, "A")!,
        B = Text(inputs, "B")!,
        DeviceId = Text(inputs, "deviceId")!,
        ScopeType = Text(inputs, "ScopeType"),
        DurationType = Text(inputs, "DurationType"),
        Control = Text(inputs, "Control"),
        Scope = Scope(inputs),
        NotAfter = Text(inputs, "NotAfter"),
        MaxSeconds = Text(inputs, "MaxSeconds"),
        SubDelegation = Text(inputs, "SubDelegation"),
        AddrOrRef = Text(inputs, "Addr") ?? Text(inputs, "Ref"),
        AuthType = Text(inputs, "AuthType"),
        ClientName = Text(inputs, "ClientName"),
        ConRef = Text(inputs, "ConRef"),
        CertPin = Octets(inputs, "CertPinHex"),
        Mode = Text(inputs, "Mode"),
        Window = Text(inputs, "Window"),
        RotateWithin = Text(inputs, "RotateWithin"),
        OnTimeUnknown = Text(inputs, "OnTimeUnknown"),
        Nonce = Octets(inputs, "NonceHex"),
        Seq = Text(inputs, "Seq"),
    };

    public static List<ScopeEntry> Scope(JsonElement inputs) =>
        [.. inputs.GetProperty("Scope").EnumerateArray().Select(entry => new ScopeEntry(Text(entry, "URI")!, Text(entry, "Rights")!))];

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Octets(JsonElement parent, string name) => Convert.FromHexString(Text(parent, name) ?? "");
}

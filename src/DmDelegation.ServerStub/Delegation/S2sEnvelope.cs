using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DmDelegation.ServerStub.Delegation;

/// <summary>The envelope of every server-to-server message (DEL-353).</summary>
public sealed record S2sEnvelope
{
    /// <summary>Version, 1.</summary>
    public int V { get; set; } = 1;

    /// <summary>Message type of delegation.md 14.2.</summary>
    public string Type { get; set; } = "";

    /// <summary>Session id: 128 random bits, hex, chosen by the initiator.</summary>
    public string Sid { get; set; } = "";

    /// <summary>Message id, unique.</summary>
    public string Mid { get; set; } = "";

    /// <summary>Message id that this answers.</summary>
    public string? Re { get; init; }

    /// <summary>Counter per sender and sid.</summary>
    public long N { get; init; }

    /// <summary>ServerID of the sender.</summary>
    public string From { get; set; } = "";

    /// <summary>ServerID of the receiver.</summary>
    public string To { get; set; } = "";

    /// <summary>Device id.</summary>
    public string Device { get; set; } = "";

    /// <summary>Time of the sender.</summary>
    public DateTimeOffset Ts { get; init; }

    /// <summary>The body; which members are there depends on the type.</summary>
    public S2sBody Body { get; set; } = new();

    /// <summary>Whether every member of DEL-353 is there and can be one (400 otherwise, DEL-355), and the type is one that is sent and not only answered.</summary>
    public bool IsWellFormed() =>
        V == 1 && N >= 1 && Ts != default && MessageType.Sent.Contains(Type)
        && Sid.Length is > 0 and <= MaxId && Mid.Length is > 0 and <= MaxId && Device.Length is > 0 and <= MaxDevice;

    private const int MaxId = 64; // own choice: twice 128 bits in hex
    private const int MaxDevice = 255; // as in the configuration
}

/// <summary>Members of the bodies of delegation.md 14.2; absent ones are not written.</summary>
public sealed record S2sBody
{
    /// <summary>Step 1: role of the sender, delegating or delegated.</summary>
    public string? Role { get; init; }

    /// <summary>Step 1: id, man, mod of the device.</summary>
    public Dictionary<string, string>? Device { get; init; }

    /// <summary>The terms; their octets are kept as sent (14.2).</summary>
    public RawJson? Terms { get; init; }

    /// <summary>The account of B.</summary>
    public AccountTerms? Account { get; init; }

    /// <summary>NotificationReply.</summary>
    public bool? Accept { get; init; }

    /// <summary>Reason code.</summary>
    public int? Reason { get; init; }

    /// <summary>Step 2: 1, 2 or 3.</summary>
    public int? Phase { get; init; }

    /// <summary>Step 2, phase 1.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? NonceA { get; init; }

    /// <summary>Step 2, phase 2.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? NonceB { get; init; }

    /// <summary>Step 2, phases 2 and 3.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? Sig { get; init; }

    /// <summary>Steps 3 and 6.</summary>
    public string? DelegationId { get; init; }

    /// <summary>Step 3: seconds A gives itself for step 4.</summary>
    public long? Window { get; init; }

    /// <summary>Success or Failure.</summary>
    public string? Result { get; init; }

    /// <summary>Step 6: the TDK (DEL-154); never a string.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? Tdk { get; init; }

    /// <summary>Step 6: the TDK in a CMS EnvelopedData to encCert (DEL-365).</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? TdkEnc { get; init; }

    /// <summary>Step 6: BH; B compares, it does not take it from here (DEL-366).</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? Bind { get; init; }

    /// <summary>Step 6: the device's nonce.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? Nonce { get; init; }

    /// <summary>Step 6: sequence number of A.</summary>
    public long? Seq { get; init; }

    /// <summary>Step 6: key check value.</summary>
    [JsonConverter(typeof(Base64UrlConverter))]
    public byte[]? Check { get; init; }

    /// <summary>Step 6: changed and skipped nodes.</summary>
    public Dictionary<string, int>? Acl { get; init; }

    /// <summary>Step 6: path of B's account on the device.</summary>
    public string? AccountRef { get; init; }

    /// <summary>Step 9: state of the record; StatusReply: state of the sid.</summary>
    public string? State { get; init; }

    /// <summary>Step 9: alert event.</summary>
    public string? Event { get; init; }

    /// <summary>Step 9: number of the alert.</summary>
    public long? N { get; init; }

    /// <summary>Failure: step in which it failed.</summary>
    public int? Step { get; init; }

    /// <summary>For people.</summary>
    public string? Text { get; init; }
}

/// <summary>A JSON value whose octets must not change on the way.</summary>
/// <param name="Text">The value as written.</param>
[JsonConverter(typeof(RawJsonConverter))]
public sealed record RawJson(string Text);

/// <summary>Message types (delegation.md 14.2).</summary>
public static class MessageType
{
    /// <summary>Step 1.</summary>
    public const string Notification = "DelegationNotification";

    /// <summary>Answer to step 1.</summary>
    public const string NotificationReply = "NotificationReply";

    /// <summary>Step 2.</summary>
    public const string MutualAuthentication = "MutualAuthentication";

    /// <summary>Step 3.</summary>
    public const string Start = "DelegationStart";

    /// <summary>Step 6.</summary>
    public const string Result = "DelegationResult";

    /// <summary>Step 9.</summary>
    public const string Complete = "DelegationComplete";

    /// <summary>Any step.</summary>
    public const string Failure = "DelegationFailure";

    /// <summary>After step 9.</summary>
    public const string Ended = "DelegationEnded";

    /// <summary>Recovery.</summary>
    public const string StatusQuery = "StatusQuery";

    /// <summary>Answer to a StatusQuery.</summary>
    public const string StatusReply = "StatusReply";

    /// <summary>The types that begin an exchange; the others answer one.</summary>
    public static IReadOnlyList<string> Sent { get; } = [Notification, MutualAuthentication, Start, Result, Complete, Failure, Ended, StatusQuery];

    /// <summary>The step of the process flow that a type belongs to; null for those that belong to none.</summary>
    public static int? StepOf(string type) => type switch
    {
        Notification or NotificationReply => 1,
        MutualAuthentication => 2,
        Start => 3,
        Result => 6,
        Complete => 9,
        _ => null,
    };
}

/// <summary>The answer to a server-to-server message (DEL-355).</summary>
/// <param name="Status">HTTP status; 0 when nothing came.</param>
/// <param name="Body">The reply message, with 200.</param>
/// <param name="Certificate">Certificate of the answering server on this connection.</param>
/// <param name="DelaySeconds">Test control: how long the answer is on its way.</param>
public sealed record S2sReply(int Status, byte[]? Body = null, X509Certificate2? Certificate = null, double DelaySeconds = 0)
{
    /// <summary>Nothing came back.</summary>
    public static S2sReply Nothing { get; } = new(0);
}

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Text);
}

// base64url without padding (DEL-154), decoded straight into a pinned buffer: a key never becomes a string.
internal sealed class Base64UrlConverter : JsonConverter<byte[]>
{
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped)
            throw new JsonException("base64url text is needed");
        var octets = GC.AllocateArray<byte>(Base64Url.GetMaxDecodedLength(reader.ValueSpan.Length), pinned: true);
        if (Base64Url.DecodeFromUtf8(reader.ValueSpan, octets, out _, out var length) != System.Buffers.OperationStatus.Done)
            throw new JsonException("base64url text is needed");
        if (length == octets.Length)
            return octets;
        var exact = GC.AllocateArray<byte>(length, pinned: true);
        octets.AsSpan(0, length).CopyTo(exact);
        Array.Clear(octets);
        return exact;
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options)
    {
        Span<byte> text = new byte[Base64Url.GetEncodedLength(value.Length)];
        Base64Url.EncodeToUtf8(value, text);
        writer.WriteStringValue(text);
        text.Clear();
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DmDelegation.Engine.Delegation.Start;

/// <summary>
/// The signed JSON of a voucher against the record (8.4, DEL-165): every field equals its leaf, nothing is there that is not known,
/// nothing that A wrote is left out. The record is what is executed, the voucher is what was signed; a gap between them is an attack.
/// </summary>
internal static class VoucherContent
{
    /// <summary>Fields that stand for one leaf, and whether the JSON value is a number. Binary leaves are base64.</summary>
    private static readonly (string Field, string Leaf, Kind Kind)[] LeafFields =
    [
        ("delegated-server", "Server/ServerID", Kind.Text),
        ("scope-type", "ScopeType", Kind.Text),
        ("duration-type", "DurationType", Kind.Text),
        ("control", "Control", Kind.Text),
        ("not-after", "Expiry/NotAfter", Kind.Text),
        ("max-seconds", "Expiry/MaxSeconds", Kind.Number),
        ("sub-delegation", "SubDelegation", Kind.Number),
        ("pinned-spki", "Server/CertPin", Kind.Binary),
        ("confirm-mode", "Confirm/Mode", Kind.Text),
        ("window", "Confirm/Window", Kind.Number),
        ("rotate-within", "Policy/RotateWithin", Kind.Number),
        ("on-time-unknown", "Policy/OnTimeUnknown", Kind.Text),
        ("nonce", "Nonce", Kind.Binary),
        ("seq", "Seq", Kind.Number),
    ];

    private static readonly (string Field, string Leaf, Kind Kind)[] AccountFields =
    [
        ("addr", "Account/Addr", Kind.Text),
        ("ref", "Account/Ref", Kind.Text),
        ("auth-type", "Account/AuthType", Kind.Text),
        ("client-name", "Account/ClientName", Kind.Text),
        ("con-ref", "Account/ConRef", Kind.Text),
    ];

    private static readonly string[] OtherFields =
        ["version", "created-on", "assertion", "serial-number", "delegation-id", "delegating-server", "scope", "account", "key-digest"];

    /// <summary>Leaves a voucher does not speak of (DEL-165).</summary>
    private static readonly string[] NotInVoucher = ["Server/Name", "Expiry/Now", "Key/Method", "Key/Value", "Voucher"];

    private enum Kind
    {
        Text,
        Number,
        Binary,
    }

    /// <summary>The reason why content and record do not fit; null if they do. Names that occur twice are a fault of form (DEL-164).</summary>
    public static ReasonCode? Compare(ReadOnlyMemory<byte> content, DelegationRecord record, string deviceId, ReadOnlySpan<byte> keyDigest)
    {
        if (Parse(content) is not { } document)
        {
            return ReasonCode.VoucherFormat;
        }

        using (document)
        {
            return Fits(document.RootElement, record, deviceId, keyDigest) ? null : ReasonCode.VoucherMismatch;
        }
    }

    /// <summary>The voucher's <c>created-on</c>, used only as a lower bound of time (DEL-166, DEL-207); null if there is none.</summary>
    public static DateTimeOffset? CreatedOn(ReadOnlyMemory<byte> content)
    {
        using var document = Parse(content);
        return document is not null
            && document.RootElement.TryGetProperty("created-on", out var field)
            && field.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(field.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = 4 });
            if (document.RootElement.ValueKind == JsonValueKind.Object && IsText(document.RootElement) && !RepeatsName(document.RootElement))
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Every name and string is text: half of a character, written as an escape, is good JSON and still none (DEL-164).</summary>
    private static bool IsText(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().All(field => field.Name is not null && IsText(field.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(IsText),
                JsonValueKind.String => element.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool RepeatsName(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Select(field => field.Name).Distinct(StringComparer.Ordinal).Count() != element.EnumerateObject().Count()
            || element.EnumerateObject().Any(field => RepeatsName(field.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(RepeatsName),
        _ => false,
    };

    private static bool Fits(JsonElement voucher, DelegationRecord record, string deviceId, ReadOnlySpan<byte> keyDigest)
    {
        var known = LeafFields.Select(row => row.Field).Concat(OtherFields).ToHashSet(StringComparer.Ordinal);
        return voucher.EnumerateObject().All(field => known.Contains(field.Name))
            && Is(voucher, "version", "1")
            && Is(voucher, "assertion", "delegated")
            && Is(voucher, "serial-number", deviceId)
            && Is(voucher, "delegation-id", record.Id)
            && Is(voucher, "delegating-server", record.By)
            && voucher.TryGetProperty("created-on", out _)
            && LeafFields.All(row => SameAsLeaf(voucher, row.Field, record, row.Leaf, row.Kind))
            && voucher.TryGetProperty("account", out var account) && AccountFits(account, record)
            && voucher.TryGetProperty("scope", out var scope) && ScopeFits(scope, record)
            && NothingLeftOut(record)
            && DigestFits(voucher, keyDigest);
    }

    /// <summary>Every leaf A wrote is one the voucher speaks of; a new leaf of the object fails closed until it has a field.</summary>
    private static bool NothingLeftOut(DelegationRecord record)
    {
        var spoken = LeafFields.Select(row => row.Leaf).Concat(AccountFields.Select(row => row.Leaf)).Concat(NotInVoucher).ToHashSet(StringComparer.Ordinal);
        return record.Leaves.Keys.All(path => spoken.Contains(path) || path.StartsWith("Scope/", StringComparison.Ordinal));
    }

    private static bool AccountFits(JsonElement account, DelegationRecord record) =>
        account.ValueKind == JsonValueKind.Object
        && account.EnumerateObject().All(field => AccountFields.Any(row => row.Field == field.Name))
        && AccountFields.All(row => SameAsLeaf(account, row.Field, record, row.Leaf, row.Kind));

    private static bool ScopeFits(JsonElement scope, DelegationRecord record)
    {
        if (scope.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var signed = scope.EnumerateArray().Select(Entry).ToList();
        var written = RecordLayout.ScopeEntries(record)
            .Select(name => EntryText(record.Text($"Scope/{name}/URI"), record.Text($"Scope/{name}/Rights")))
            .ToList();
        return signed.Count == written.Count && signed.ToHashSet(StringComparer.Ordinal).SetEquals(written);
    }

    private static string Entry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.EnumerateObject().Count() == 2
        && entry.TryGetProperty("uri", out var uri) && uri.ValueKind == JsonValueKind.String
        && entry.TryGetProperty("rights", out var rights) && rights.ValueKind == JsonValueKind.String
            ? EntryText(uri.GetString(), rights.GetString())
            : "?";

    /// <summary>Rights are compared as a set.</summary>
    private static string EntryText(string? uri, string? rights) =>
        uri + " " + string.Join('+', (rights ?? "").Split('+').Order(StringComparer.Ordinal));

    private static bool SameAsLeaf(JsonElement parent, string field, DelegationRecord record, string leaf, Kind kind)
    {
        var written = record.Leaves.GetValueOrDefault(leaf);
        if (!parent.TryGetProperty(field, out var value))
        {
            return written is null;
        }

        return written is not null && kind switch
        {
            Kind.Number => value.ValueKind == JsonValueKind.Number && value.GetRawText() == Encoding.UTF8.GetString(written.Octets.Span),
            Kind.Binary => value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out var octets) && octets.AsSpan().SequenceEqual(written.Octets.Span),
            _ => value.ValueKind == JsonValueKind.String && value.GetString() == Encoding.UTF8.GetString(written.Octets.Span),
        };
    }

    private static bool DigestFits(JsonElement voucher, ReadOnlySpan<byte> keyDigest) =>
        voucher.TryGetProperty("key-digest", out var field)
        && field.ValueKind == JsonValueKind.String
        && field.TryGetBytesFromBase64(out var digest)
        && CryptographicOperations.FixedTimeEquals(digest, keyDigest);

    private static bool Is(JsonElement parent, string field, string text) =>
        parent.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == text;
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace DmDelegation.Protocol;

/// <summary>
/// The octets of an Item's Data: the character data as UTF-8, or the octets of an opaque in WBXML.
/// Secrets pass through here, so this is never a string of ours, the buffer is pinned, and <see cref="Zero"/> overwrites it (DEL-188).
/// </summary>
public sealed class ItemData : IEquatable<ItemData>
{
    private readonly byte[] _octets;

    private ItemData(byte[] pinned) => _octets = pinned;

    /// <summary>The empty value.</summary>
    public static ItemData Empty { get; } = new([]);

    /// <summary>The octets; all zero after <see cref="Zero"/>.</summary>
    public ReadOnlyMemory<byte> Octets => _octets;

    /// <summary>Number of octets.</summary>
    public int Length => _octets.Length;

    /// <summary>
    /// Whether XML 1.0 can carry the octets as character data: valid UTF-8 without the characters that XML forbids.
    /// If not, the value goes as base64 with Format b64 (REP-084).
    /// </summary>
    public bool IsXmlText => Utf8.IsValid(_octets) && !XmlCharacters.HasForbidden(_octets);

    /// <summary>Copies octets into a pinned buffer.</summary>
    public static ItemData FromOctets(ReadOnlySpan<byte> octets)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(octets.Length, pinned: true);
        octets.CopyTo(pinned);
        return new ItemData(pinned);
    }

    /// <summary>UTF-8 of a text that is no secret. A lone surrogate is an <see cref="EncoderFallbackException"/>.</summary>
    public static ItemData FromText(string text)
    {
        var pinned = GC.AllocateUninitializedArray<byte>(StrictUtf8.GetByteCount(text), pinned: true);
        StrictUtf8.GetBytes(text, pinned);
        return new ItemData(pinned);
    }

    /// <summary>The octets as a text, for values that are no secret. Octets that are not UTF-8 become U+FFFD.</summary>
    public string AsText() => Encoding.UTF8.GetString(_octets);

    /// <summary>Overwrites the octets. Every holder of this value sees zeros afterwards.</summary>
    public void Zero() => CryptographicOperations.ZeroMemory(_octets);

    /// <summary>Equality by octets, in constant time for equal lengths.</summary>
    public bool Equals(ItemData? other) => other is not null && CryptographicOperations.FixedTimeEquals(_octets, other._octets);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ItemData);

    /// <summary>From the length only: a hash of a secret is worth nothing to us and something to others.</summary>
    public override int GetHashCode() => _octets.Length;

    /// <summary>The length only, never the octets.</summary>
    public override string ToString() => $"{_octets.Length} octets";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}

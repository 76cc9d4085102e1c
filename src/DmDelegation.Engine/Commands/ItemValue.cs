using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using DmDelegation.Protocol;
using DmDelegation.Tree;

namespace DmDelegation.Engine.Commands;

/// <summary>What an Item carries, transport encoding undone (TND-121 to TND-124).</summary>
internal static class ItemValue
{
    /// <summary>
    /// Reads an Item. The octets are a copy, pinned when they are a secret, so that <see cref="Zero"/> leaves nothing behind (DEL-188).
    /// </summary>
    /// <param name="command">Its Meta holds for Items that say nothing themselves (PRO-055).</param>
    /// <param name="item">The Item.</param>
    /// <param name="describedFormat">What the node's description asks for; null if nothing.</param>
    /// <param name="secret">The value is a secret.</param>
    /// <returns>Null if the data is not the base64 it claims to be: 415.</returns>
    public static ValueArgument? Read(ItemCommand command, Item item, string? describedFormat, bool secret)
    {
        var metaFormat = NullIfEmpty(item.Meta?.Format) ?? NullIfEmpty(command.Meta?.Format);
        var type = NullIfEmpty(item.Meta?.Type) ?? NullIfEmpty(command.Meta?.Type);
        var format = FormatRules.StoredFormat(metaFormat, type, describedFormat);
        var octets = item.Data is { } data ? data.Octets.Span : default;
        var copy = GC.AllocateUninitializedArray<byte>(octets.Length, pinned: secret);
        if (metaFormat is not Formats.B64 || format is not Formats.Bin)
        {
            octets.CopyTo(copy);
            return new ValueArgument(format, type, copy, item.Data is not null);
        }

        // Decoded data is shorter than its text; line breaks in it are skipped.
        if (Base64.DecodeFromUtf8(octets, copy, out _, out var length) == OperationStatus.Done)
        {
            return new ValueArgument(format, type, copy.AsMemory(0, length), item.Data is not null);
        }

        CryptographicOperations.ZeroMemory(copy);
        return null;
    }

    /// <summary>Overwrites a value that <see cref="Read"/> made.</summary>
    public static void Zero(ValueArgument argument)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(argument.Data, out var octets))
        {
            CryptographicOperations.ZeroMemory(octets.AsSpan());
        }
    }

    private static string? NullIfEmpty(string? text) => text is "" ? null : text;
}

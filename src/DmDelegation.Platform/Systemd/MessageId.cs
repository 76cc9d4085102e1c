using System.Security.Cryptography;
using System.Text;
using DmDelegation.Engine;

namespace DmDelegation.Platform.Systemd;

/// <summary>
/// The journal's MESSAGE_ID of each log code: fixed for all time, so that a catalog entry and whoever filters by it keep finding the line. It is
/// derived from the code and written out in <c>packaging/systemd/dmagent.catalog</c>; a test holds the two together.
/// </summary>
public static class MessageId
{
    private const string NameSpace = "DmDelegation/dmagent/";
    private const int Octets = 16;

    /// <summary>The id: 32 hexadecimal digits, a UUID of version 8 (RFC 9562) made of SHA-256 over a fixed text and the code, such as <c>DM1001</c>.</summary>
    public static string Of(LogCode code)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(NameSpace + code), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return Convert.ToHexStringLower(hash[..Octets]);
    }
}

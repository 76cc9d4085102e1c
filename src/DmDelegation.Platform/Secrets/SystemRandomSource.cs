using System.Security.Cryptography;
using DmDelegation.Engine.Ports;

namespace DmDelegation.Platform.Secrets;

/// <summary>Unpredictable octets from the kernel.</summary>
public sealed class SystemRandomSource : IRandomSource
{
    /// <inheritdoc/>
    public void Fill(Span<byte> buffer) => RandomNumberGenerator.Fill(buffer);
}

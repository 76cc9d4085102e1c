namespace DmDelegation.ServerStub.Dm;

/// <summary>One message of a device as it came over HTTP, or in memory.</summary>
/// <param name="Body">The octets of the HTTP entity.</param>
/// <param name="Hmac">Value of x-syncml-hmac; null without the header (SEC-064).</param>
/// <param name="ContentType">Content-Type; null counts as XML.</param>
public sealed record DmRequest(ReadOnlyMemory<byte> Body, string? Hmac = null, string? ContentType = null);

/// <summary>The answer to a device.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The octets of the HTTP entity.</param>
/// <param name="Hmac">Value of x-syncml-hmac; null without the header.</param>
/// <param name="Location">Where to, with a redirect.</param>
public sealed record DmReply(int Status, byte[] Body, string? Hmac = null, string? Location = null);

namespace DmDelegation.Engine.Session;

/// <summary>The host of an address that a server wrote.</summary>
internal static class HostName
{
    /// <summary>The host as it is connected to; null if there is none. A name that only claims to be punycode is found out by the conversion alone.</summary>
    public static string? Of(Uri address)
    {
        try
        {
            return address.IdnHost is { Length: > 0 } host ? host : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}

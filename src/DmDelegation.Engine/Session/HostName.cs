namespace DmDelegation.Engine.Session;

/// <summary>The host of an address as name resolution takes it.</summary>
internal static class HostName
{
    /// <summary>The host; empty if there is none, or none that a name can be made of: such an address is well-formed all the same.</summary>
    public static string Of(Uri address)
    {
        try
        {
            return address.IdnHost;
        }
        catch (UriFormatException)
        {
            return "";
        }
    }
}

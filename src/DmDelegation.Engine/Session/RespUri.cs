namespace DmDelegation.Engine.Session;

/// <summary>Where the session goes on (PRO-027, AMB-001): the newest RespURI, for the rest of the session, never stored.</summary>
internal static class RespUri
{
    /// <summary>Follows a RespURI; false if it leads where the session must not go.</summary>
    public static bool TryFollow(SessionState session, string? respUri, out Uri address)
    {
        address = session.Address!;
        if (string.IsNullOrEmpty(respUri))
        {
            return true;
        }

        if (!Uri.TryCreate(session.Address, respUri, out var next) || HostName.Of(next) is not { } host || !IsAllowed(session, next, host))
        {
            return false;
        }

        address = next;
        return true;
    }

    // Never from https to http; a guest's never to another host (DEL-336).
    private static bool IsAllowed(SessionState session, Uri next, string host) =>
        (next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && session.Address!.Scheme == Uri.UriSchemeHttp))
        && (!session.IsGuest || (next.Scheme == Uri.UriSchemeHttps && string.Equals(host, session.AccountHost, StringComparison.OrdinalIgnoreCase)));
}

namespace DmDelegation.Platform.Http;

/// <summary>Which redirects are followed: 307 and 308, and 301 and 302, on the same host, never from https to http (HTTP-010, DEL-336).</summary>
internal static class RedirectRule
{
    /// <summary>Most redirects of one exchange (HTTP-010).</summary>
    public const int MaxRedirects = 5;

    public static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <summary>Where to go on; null if the redirect is not followed.</summary>
    /// <param name="from">The address that answered.</param>
    /// <param name="status">Its status.</param>
    /// <param name="location">Its Location.</param>
    /// <param name="guestOfHost">Host of a guest's account, to which redirects are bound whatever came before; null for others.</param>
    public static Uri? Follow(Uri from, int status, Uri? location, string? guestOfHost)
    {
        // 303 would turn the POST into a GET: a DM message cannot be fetched like that.
        if (location is null || status is 303 || !Uri.TryCreate(from, location, out var target))
            return null;
        var sameScheme = target.Scheme == from.Scheme || (target.Scheme == Uri.UriSchemeHttps && from.Scheme == Uri.UriSchemeHttp);
        var host = guestOfHost ?? from.Host;
        return sameScheme && target.UserInfo.Length == 0 && string.Equals(target.Host, host, StringComparison.OrdinalIgnoreCase) ? target : null;
    }
}
